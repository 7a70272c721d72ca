import * as fc from "fast-check";
import { readRequest } from "../../../lambda/failover/trigger";
import { alarmEvents } from "../../helpers/events";
import { orchestrate } from "../../helpers/failover";
import { ACCOUNT, environment, HOME, STANDBY } from "../../helpers/fakeEnvironment";
import { FakeWorld } from "../../helpers/fakeRuntime";

type Fields = Record<string, unknown>;

const read = (event: unknown) => readRequest(event, { env: environment(STANDBY) });
const { alarm, fromTopic } = alarmEvents();

/** Every valid command: with each value of `dryRun`, and without it. */
const commands: Fields[] = [
  { action: "status" },
  { action: "failover", to: HOME },
  { action: "failover", to: STANDBY },
  { action: "failback" },
  { action: "arm" },
  { action: "disarm" },
].flatMap((command) => [command, { ...command, dryRun: true }, { ...command, dryRun: false }]);
const triggers: Fields[] = [{ trigger: "tick" }, { trigger: "sentinel" }];
const canonical = (event: unknown) =>
  JSON.stringify(event, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
const valid = new Set([...commands, ...triggers].map(canonical));

describe("a request", () => {
  it.each(commands)("of an operator is read as it is written: %j", (event) => {
    const { dryRun = false, ...command } = event;
    const isStatus = event["action"] === "status";
    expect(read(event)).toEqual({
      trigger: "operator",
      command: isStatus ? null : command,
      isDryRun: isStatus || dryRun,
    });
  });

  it.each(triggers)("of the platform is read as its trigger: %j", (event) => {
    const { trigger } = event;
    expect(read(event)).toEqual({ trigger, command: null, isDryRun: false });
  });

  it.each([alarm, fromTopic])("of an alarm is read as an alarm: %j", (event) => {
    expect(read(event)).toEqual({ trigger: "alarm", command: null, isDryRun: false });
    const withNewField = { ...event, addedByAws: true };
    expect(read(withNewField)).toEqual({ trigger: "alarm", command: null, isDryRun: false });
  });
});

describe("an event is refused", () => {
  const to = STANDBY;

  it.each([
    [{ action: "failover", to, dryRun: "true" }, '"dryRun": must be true or false'],
    [{ action: "failover", to, dryRun: 1 }, '"dryRun": must be true or false'],
    [{ action: "failover", to, dryRun: null }, '"dryRun": must be true or false'],
    [{ action: "failover", to, dryrun: true }, 'unknown field "dryrun"'],
    [{ action: "failover", to, dry_run: true }, 'unknown field "dry_run"'],
    [{ action: "failback", to }, 'unknown field "to"'],
    [{ action: "failover" }, `"to": must be ${HOME} or ${STANDBY}`],
    [{ action: "failover", to: "us-west-2" }, `"to": must be ${HOME} or ${STANDBY}`],
    [{ action: "explode" }, '"action": must be status, failover, failback, arm or disarm'],
    [{ action: ["failover"], to }, '"action": must be status, failover, failback, arm or disarm'],
    [{ aciton: "failover", to }, "neither a command nor a trigger nor an alarm's event"],
    [{ trigger: "tick", action: "failback" }, 'unknown field "trigger"'],
    [{ trigger: "schedule" }, '"trigger": must be tick or sentinel'],
    [JSON.stringify({ action: "status" }), "no JSON object"],
    [null, "no JSON object"],
    [[{ action: "status" }], "neither a command nor a trigger nor an alarm's event"],
  ])("with what is wrong and what is allowed: %j", (event, problem) => {
    expect(() => read(event)).toThrow(`did nothing: got ${JSON.stringify(event)} (${problem}`);
    expect(() => read(event)).toThrow(`{"action":"failover","to":"${HOME}|${STANDBY}"}`);
  });

  const edited = (event: object, from: string, by: string): unknown =>
    JSON.parse(JSON.stringify(event).replaceAll(from, by));

  it.each([
    ["another account", ACCOUNT, "999999999999"],
    ["another region", STANDBY, "eu-west-1"],
    ["an alarm that is over", "ALARM", "OK"],
    ["another service", "cloudwatch", "iam"],
  ])("if it looks like an alarm's but is of %s", (_, from, by) => {
    for (const event of [alarm, fromTopic]) {
      expect(() => read(edited(event, from, by))).toThrow("refused an event");
    }
  });

  it.each([
    ["a message that is no JSON", { Message: "home is gone" }],
    ["a message of somebody else", { Message: JSON.stringify({ detail: "anything" }) }],
    ["a subscription's confirmation", { Type: "SubscriptionConfirmation" }],
  ])("if a topic passes on %s", (_, change) => {
    const [record] = (fromTopic as { Records: [{ Sns: object }] }).Records;
    const event = { Records: [{ ...record, Sns: { ...record.Sns, ...change } }] };
    expect(() => read(event)).toThrow("refused an event");
    expect(() => read({ Records: [record, record] })).toThrow("refused an event");
  });

  it("if it is a schedule's or a health event of EventBridge itself, which nothing sends here", () => {
    for (const source of ["aws.events", "aws.health"]) {
      const event = { version: "0", id: "1", source, account: ACCOUNT, region: HOME, detail: {} };
      expect(() => read(event)).toThrow("refused an event");
    }
  });
});

/** A valid command or trigger with one to three changes. */
const mutated: fc.Arbitrary<unknown> = fc
  .record({
    event: fc.constantFrom(...commands, ...triggers),
    changes: fc.array(
      fc.oneof(
        fc.record({ do: fc.constant("set"), at: fc.nat(3), value: fc.jsonValue() }),
        fc.record({ do: fc.constant("drop"), at: fc.nat(3) }),
        fc.record({ do: fc.constant("misspell"), at: fc.nat(3), seed: fc.nat(20) }),
        fc.record({ do: fc.constant("add"), name: fc.string(), value: fc.jsonValue() }),
        fc.record({
          do: fc.constant("add"),
          name: fc.constantFrom("action", "to", "dryRun", "trigger", "Records", "alarmData"),
          value: fc.oneof(fc.jsonValue(), fc.constantFrom("failover", HOME, STANDBY, "tick")),
        }),
        fc.record({ do: fc.constantFrom("wrap", "quote") }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ event, changes }) => changes.reduce<unknown>(change, event));

function change(event: unknown, by: Fields): unknown {
  if (by["do"] === "wrap") return [event];
  if (by["do"] === "quote") return JSON.stringify(event);
  if (typeof event !== "object" || event === null || Array.isArray(event)) return event;
  const entries = Object.entries(event) as [string, unknown][];
  const at = Number(by["at"]) % entries.length;
  if (by["do"] === "add") entries.push([String(by["name"]), by["value"]]);
  else if (by["do"] === "drop") entries.splice(at, 1);
  else if (by["do"] === "set" && entries[at]) entries[at][1] = by["value"];
  else if (entries[at]) entries[at][0] = misspelt(entries[at][0], Number(by["seed"]));
  return Object.fromEntries(entries);
}

function misspelt(name: string, seed: number): string {
  const at = seed % name.length;
  const ways = [
    name.toUpperCase(),
    name.toLowerCase(),
    ` ${name}`,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name.slice(0, at) + name.slice(at + 1),
    name.slice(0, at) +
      name
        .slice(at, at + 2)
        .split("")
        .reverse()
        .join("") +
      name.slice(at + 2),
  ];
  return ways[seed % ways.length]!;
}

it("no change of a command makes the orchestrator do anything, unless the result is a command", async () => {
  const world = new FakeWorld();
  const outcomeOf = (event: unknown) =>
    Promise.race([
      orchestrate(world, event).then(
        () => "accepted",
        (error: Error) => error.name,
      ),
      new Promise((resolve) => setImmediate(() => resolve("accepted"))),
    ]);
  await fc.assert(
    fc.asyncProperty(mutated, async (event) => {
      fc.pre(!valid.has(canonical(event)));
      expect(await outcomeOf(event)).toBe("InvalidEventError");
      expect(world.calls).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
