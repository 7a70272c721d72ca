import * as fc from "fast-check";
import {
  API_TIMEOUT_SECONDS,
  MIGRATION_TIMEOUT_SECONDS,
  PROCESSOR_TIMEOUT_SECONDS,
  SWEEP_TIMEOUT_SECONDS,
} from "../../lib/platform/tunables";
import { LOOP_TIMEOUT_SECONDS } from "../../lambda/detection/tunables";
import { openItem } from "../helpers/events";
import { loseHome, steadyWorld, writeBadLooks } from "../helpers/failover";
import { HOME, STANDBY, type Call, type FakeWorld } from "../helpers/fakeRuntime";
import { ended, fuzzed, must, type Handlers } from "./fuzzed";
import { anyText, anyValue } from "./values";

/** A function that takes events, and how long an invocation of it may last. */
interface Target {
  timeoutSeconds: number;
  create: (handlers: Handlers, world: FakeWorld) => (event: never) => Promise<unknown>;
}

const targets = {
  failoverOrchestrator: {
    timeoutSeconds: LOOP_TIMEOUT_SECONDS,
    create: (handlers, world) => {
      const handler = handlers.failoverOrchestrator(world.runtime(STANDBY));
      return (event) => handler(event, world.invocation(LOOP_TIMEOUT_SECONDS));
    },
  },
  sentinel: {
    timeoutSeconds: LOOP_TIMEOUT_SECONDS,
    create: (handlers, world) => handlers.sentinel(world.runtime(STANDBY)),
  },
  dbMigration: {
    timeoutSeconds: MIGRATION_TIMEOUT_SECONDS,
    create: (handlers, world) => handlers.dbMigration(world.runtime(HOME)),
  },
  settlementSweep: {
    timeoutSeconds: SWEEP_TIMEOUT_SECONDS,
    create: (handlers, world) => {
      const handler = handlers.settlementSweep(world.runtime(HOME));
      return (event) => handler(event, world.invocation(SWEEP_TIMEOUT_SECONDS));
    },
  },
  orderProcessor: {
    timeoutSeconds: PROCESSOR_TIMEOUT_SECONDS,
    create: (handlers, world) => handlers.orderProcessor(world.runtime(HOME)),
  },
  authorizer: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    create: (handlers, world) => handlers.authorizer(world.runtime(HOME)),
  },
} satisfies Record<string, Target>;

/** Every event that each function acts on. order-processor's and authorizer's have no commands. */
const meant: Readonly<Record<keyof typeof targets, readonly Record<string, unknown>[]>> = {
  failoverOrchestrator: [
    ...["status", "failback", "arm", "disarm"].map((action) => ({ action })),
    { action: "failover", to: STANDBY },
    { action: "failover", to: HOME },
    { trigger: "tick" },
    { trigger: "sentinel" },
  ],
  sentinel: [{ trigger: "schedule" }],
  dbMigration: [{ activate: 2 }, { migrate: true }, { prune: true }],
  settlementSweep: [{ trigger: "schedule" }, { activated: 1 }],
  orderProcessor: [{ Records: [] }],
  authorizer: [{ authorizationToken: "" }],
};

/** Fields that somebody may take for one of an event. */
const anyExtra = fc.oneof(
  fc.constantFrom("dryrun", "dry_run", "DryRun", "to ", "region", "Action", "epoch", "force"),
  anyText.filter((name) => !["action", "to", "dryRun", "trigger"].includes(name)),
);
/** None of these is a value of any field of an event. */
const wrongValues = [
  "true",
  "Failover",
  "us-east-3",
  "us-east-1 ",
  0,
  -1,
  1.5,
  2 ** 31,
  null,
  [],
  {},
];
const wrongSwitches = ["true", "false", "", 1, 0, null, {}];

/** An event of a function with a field too many, with a wrong value or with a misspelt name. */
function anyMistaken(event: Record<string, unknown>): fc.Arbitrary<unknown> {
  const last = Object.keys(event).at(-1)!;
  return fc.oneof(
    fc.tuple(anyExtra, anyValue).map(([extra, value]) => ({ ...event, [extra]: value })),
    fc.constantFrom(...wrongValues).map((value) => ({ ...event, [last]: value })),
    fc.constantFrom(...wrongSwitches).map((dryRun) => ({ ...event, dryRun })),
    fc.constantFrom(last.slice(1), last.toUpperCase(), ` ${last}`, `${last}s`).map((name) => {
      const { [last]: value, ...others } = event;
      return { ...others, [name]: value };
    }),
  );
}

/** Anything that a service or a person may send to the wrong function. */
const anyStrange: fc.Arbitrary<unknown> = fc.oneof(
  anyValue,
  anyValue.map((Records) => ({ Records })),
  fc.array(anyValue, { maxLength: 3 }).map((Records) => ({ Records })),
  anyValue.map((Sns) => ({ Records: [{ EventSource: "aws:sns", Sns }] })),
  anyValue.map((alarmData) => ({ source: "aws.cloudwatch", alarmData })),
);

const anyCase = fc.constantFrom(...(Object.keys(targets) as (keyof typeof targets)[])).chain((to) =>
  fc.record({
    to: fc.constant(to),
    event: fc.oneof(
      { weight: 1, arbitrary: anyStrange },
      { weight: 2, arbitrary: fc.constantFrom(...meant[to]).chain(anyMistaken) },
    ),
  }),
);

const reads = /^(Get|BatchGet|Query|Describe|GET$|PROBE_WRITER$|READ_|SEE_)/;

/** What an invocation has changed. A message that is no hint is moved to the dead-letter queue. */
function changes(calls: readonly Call[]): string[] {
  return calls
    .filter(({ command, on }) => !reads.test(command) && !on.startsWith("dead-"))
    .map(({ service, region, command, on }) => `${service} ${region} ${command} ${on}`);
}

/** A world in which every function would have something to do if it took an event for its own. */
function busyWorld(): FakeWorld {
  const world = steadyWorld();
  world.put({ ...openItem(1, world.nowMs - 120_000) });
  world.put({ pk: `alive#${HOME}`, atMs: world.nowMs - 60_000 });
  loseHome(world);
  writeBadLooks(world);
  world.services.databases[HOME]!.migrated = [];
  return world;
}

export const events = fuzzed(
  "an event that fits none of those meant does nothing",
  10,
  anyCase,
  async (handlers, { to, event }) => {
    const world = busyWorld();
    const target: Target = targets[to];
    const handler = target.create(handlers, world);
    await ended(world, to, target.timeoutSeconds, () => handler(event as never));
    const changed = changes(world.calls);
    must(changed.length === 0, () => `${to} has changed something: ${changed.join("; ")}`);
  },
);
