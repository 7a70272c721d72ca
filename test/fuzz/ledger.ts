import * as fc from "fast-check";
import { databaseError } from "../../support/aws/errors";
import { orderId } from "../helpers/events";
import { statementName } from "../helpers/fakeDatabase";
import { HOME, STANDBY, type FakeWorld } from "../helpers/fakeRuntime";
import { anyTrouble } from "./frontDoor";
import { fuzzed } from "./fuzzed";
import { anyPoison, CONTROL, evidenceItems, orderItem } from "./poison";
import { Story } from "./story";
import { anyBody, anyValue } from "./values";

const numbers = [1, 2, 3, 4];
const n = fc.constantFrom(...numbers);
const region = fc.constantFrom(HOME, HOME, STANDBY);

/** Messages that order-api never sends, some with ids of orders in them. */
const anyMessage: fc.Arbitrary<string> = fc.oneof(
  anyBody,
  fc
    .record({ orderIds: fc.array(fc.oneof(n.map(orderId), anyValue), { maxLength: 12 }) })
    .map((body) => JSON.stringify(body)),
  fc.integer({ min: 1, max: 9 }).map((id) => JSON.stringify({ orderIds: [orderId(id)] })),
  fc.tuple(n, anyValue).map(([id, value]) => JSON.stringify({ orderIds: [orderId(id)], value })),
);

/** Errors of PostgreSQL by class: data, constraint, right, syntax, lock, resources, shutdown. */
const sqlStates = [
  ...["22003", "22P02", "23502", "23505", "23514", "25006", "28P01", "40001", "40P01", "42501"],
  ...["42703", "42P01", "53300", "54000", "55P03", "57014", "57P01", "08006", "XX000", ""],
];
const anySqlTrouble = fc.record({
  command: fc.constantFrom("INSERT_ORDERS", "READ_FINGERPRINTS", "SEE_ORDERS"),
  mishap: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...sqlStates) },
    // The client gives up after STATEMENT_TIMEOUT_MS.
    { weight: 1, arbitrary: fc.constantFrom(1_000, 3_900).map((lateMs) => ({ lateMs })) },
  ),
  times: fc.constantFrom(1, 3, 40),
});

/** Answers that the statements of a database which is not as it should be may give. */
const anySqlAnswer = fc.record({
  command: fc.constantFrom("INSERT_ORDERS", "READ_FINGERPRINTS", "SEE_ORDERS"),
  rows: fc.constantFrom<unknown[]>(
    [],
    [null],
    [{}],
    [{ held: null, inserted: null }],
    [{ held: true, inserted: [] }],
    [{ epoch: null, seen: null }],
    [{ epoch: 1, seen: {} }],
  ),
});

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("place" as const), n }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("deliver" as const), region }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("sweep" as const), region }) },
  { weight: 2, arbitrary: fc.constant({ do: "replicate" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      seconds: fc.constantFrom(1, 61, 86_500),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

async function take(story: Story, one: Step): Promise<void> {
  switch (one.do) {
    case "place":
      return story.place(one.n);
    case "deliver":
      return story.deliver(one.region);
    case "sweep":
      return story.sweep(one.region);
    case "replicate":
      return story.replicate();
    case "wait":
      return story.world.advance(one.seconds);
  }
}

/** Steps with something else between any two of them. */
function withBetween<One>(between: fc.Arbitrary<One>) {
  const wrong = between.map((it) => ({ do: "wrong" as const, it }));
  const any = fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: wrong });
  return fc.array(any, { minLength: 1, maxLength: 12 });
}

export const poisonedItems = fuzzed(
  "poisoned items of the ledger reject, lose or hold up no acknowledged order",
  25,
  withBetween(anyPoison(CONTROL, ...evidenceItems, ...numbers.map(orderItem), orderItem(9))),
  async (handlers, steps) => {
    const story = new Story(handlers);
    for (const one of steps) {
      if (one.do === "wrong") story.poison(one.it);
      else await take(story, one);
      story.checkSafe();
    }
    await story.heal();
  },
);

const anyWrong = fc.oneof(
  fc.record({ what: fc.constant("message" as const), region, body: anyMessage }),
  fc.record({ what: fc.constant("sql" as const), trouble: anySqlTrouble }),
  fc.record({ what: fc.constant("answer" as const), answer: anySqlAnswer }),
  fc.record({ what: fc.constant("service" as const), trouble: anyTrouble }),
);
type Wrong = typeof anyWrong extends fc.Arbitrary<infer One> ? One : never;

/** @returns how it ends. */
function goWrong(story: Story, wrong: Wrong): () => void {
  const { world } = story;
  switch (wrong.what) {
    case "message":
      story.message(wrong.region, wrong.body);
      return () => undefined;
    case "sql": {
      const { command, mishap, times } = wrong.trouble;
      const how = typeof mishap === "string" ? databaseError(mishap, "an error") : mishap;
      return world.mishap({ service: "sql", command }, how, times);
    }
    case "answer":
      return answerSql(world, wrong.answer.command, wrong.answer.rows);
    case "service": {
      const { service, mishap, times } = wrong.trouble;
      return world.mishap({ service }, mishap, times);
    }
  }
}

/** Both databases answer a statement with these rows and do not carry it out. */
function answerSql(world: FakeWorld, command: string, rows: unknown[]): () => void {
  const databases = Object.values(world.services.databases);
  const ends = databases.map((database) => {
    const run = database.run.bind(database);
    database.run = (text, values) => (statementName(text) === command ? rows : run(text, values));
    return () => void (database.run = run);
  });
  return () => ends.forEach((end) => end());
}

export const hints = fuzzed(
  "no hint, error or answer of the database rejects or loses an acknowledged order",
  25,
  withBetween(anyWrong),
  async (handlers, steps) => {
    const story = new Story(handlers);
    const ends: (() => void)[] = [];
    for (const one of steps) {
      if (one.do === "wrong") ends.push(goWrong(story, one.it));
      else await take(story, one);
      story.checkSafe();
    }
    for (const end of ends.reverse()) end();
    await story.heal();
  },
);
