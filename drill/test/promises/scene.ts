import { START_MS } from "../../../support/simulation/simulation";
import { Stream } from "../../../support/simulation/random";
import { nothing } from "../../scenario/faults";
import { apiLost } from "../../scenario/faults/apis";
import type { Scene, Watcher } from "../../scenario/promises/watcher";
import { scheduleOf } from "../../scenario/schedule";
import type { Happening } from "../../world/happenings";
import { Hooks } from "../../world/hooks";

export const HOME = "us-east-1";
export const STANDBY = "us-east-2";
export const TABLE = "ledger";

/** The parts of a world that watchers read. Tests set its fields. */
export const world = {
  items: {} as Record<string, unknown>,
  dnsHost: "",
  held: 0,
  lost: new Set<string>(),
  base: {
    nowMs: START_MS,
    clockMs: (): number => world.base.nowMs,
    hooks: { call: new Hooks() },
    network: { isLost: (region: string): boolean => world.lost.has(region) },
    program: {
      functions: new Map([["f", { environment: { DEAD_LETTER_QUEUE_URL: "https://sqs/1/dead" } }]]),
      records: [{ name: "orders" }],
    },
  },
  dynamodb: { peek: (_table: string, key: string): unknown => world.items[key] },
  route53: { resolve: () => ({ host: world.dnsHost }) },
  apis: { find: (name: string) => ({ region: name }) },
  sqs: { held: (): number => world.held },
  rds: { busy: new Map<string, string>() },
};

beforeEach(() => {
  world.items = {};
  world.lost.clear();
  world.rds.busy.clear();
  world.base.nowMs = START_MS;
});

export function scene(isRight = true): Scene {
  const fault = isRight ? apiLost.draw(new Stream("promises")) : nothing;
  const schedule = scheduleOf("1", [{ atSeconds: 0, forSeconds: 1, fault }]);
  return { world, ledgerTable: TABLE, schedule, home: HOME, standby: STANDBY } as unknown as Scene;
}

/** Reports events one after the other and returns what the promise says. */
export function tell(
  watcher: Watcher,
  story: readonly Happening[],
  isRight = true,
): (string | undefined)[] {
  const see = watcher.watch(scene(isRight));
  const { kinds } = watcher;
  const isTold = ({ kind }: Happening): boolean => kinds?.includes(kind) ?? true;
  return story.map((happening) => (isTold(happening) ? see(happening) : undefined));
}

export const atHome = {
  version: 4,
  epoch: 1,
  active: HOME,
  target: null,
  how: "start",
  reason: "first",
};

export const fenced = {
  version: 5,
  epoch: 2,
  active: null,
  target: STANDBY,
  how: "failover",
  reason: "home lost",
};

export const written = (before: object, item: object): Happening =>
  ({ kind: "control written", table: TABLE, pk: "control", before, item }) as unknown as Happening;
