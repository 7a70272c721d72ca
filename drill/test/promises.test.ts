import { LOOK_SLOT_SECONDS } from "../../lambda/detection/tunables";
import { START_MS } from "../../support/simulation/simulation";
import { apiLost } from "../scenario/faults/apis";
import { nothing } from "../scenario/faults";
import { Stream } from "../../support/simulation/random";
import { scheduleOf } from "../scenario/schedule";
import { backlogStaysSmall } from "../scenario/promises/backlog";
import {
  noFlipBack,
  notFromStandby,
  nothingWaitsForTheLost,
  onlyToTheReady,
  onlyWhenArmed,
  onlyWhereRight,
} from "../scenario/promises/decisions";
import type { Scene, Watcher } from "../scenario/promises/watcher";
import { twoWitnesses } from "../scenario/promises/witnesses";
import {
  deadLetters,
  failbackLosesNothing,
  monotone,
  oneWriter,
} from "../scenario/promises/writers";
import type { Asked, Happening } from "../world/happenings";
import type { Environment } from "../world/environment";
import { Hooks } from "../world/hooks";

const HOME = "us-east-1";
const STANDBY = "us-east-2";
const TABLE = "ledger";

const calls = new Hooks();
let items: Record<string, unknown> = {};
let host = "";
let held = 0;
let lost = new Set<string>();
const busy = new Map<string, string>();
const base = {
  nowMs: START_MS,
  hooks: { call: calls },
  network: { isLost: (region: string) => lost.has(region) },
  program: {
    functions: new Map([["f", { environment: { DEAD_LETTER_QUEUE_URL: "https://sqs/1/dead" } }]]),
    records: [{ name: "orders" }],
  },
};
const world = {
  base,
  dynamodb: { peek: (_table: string, key: string) => items[key] },
  route53: { resolve: () => ({ host }) },
  apis: { find: (name: string) => ({ region: name }) },
  sqs: { held: () => held },
  rds: { busy },
};

function scene(isRight = true): Scene {
  const fault = isRight ? apiLost.draw(new Stream("promises")) : nothing;
  const schedule = scheduleOf("1", [{ atSeconds: 0, forSeconds: 1, fault }]);
  // Only the parts that watchers read.
  return { world, ledgerTable: TABLE, schedule, home: HOME, standby: STANDBY } as unknown as Scene;
}

beforeEach(() => {
  items = {};
  lost = new Set();
  busy.clear();
  base.nowMs = START_MS;
});

/** Reports events one after the other and returns what the promise says. */
function tell(
  watcher: Watcher,
  story: readonly Happening[],
  isRight = true,
): (string | undefined)[] {
  const see = watcher.watch(scene(isRight));
  const { kinds } = watcher;
  const isTold = ({ kind }: Happening): boolean => kinds?.includes(kind) ?? true;
  return story.map((happening) => (isTold(happening) ? see(happening) : undefined));
}

const atHome = { version: 4, epoch: 1, active: HOME, target: null, how: "start", reason: "first" };
const fenced = {
  version: 5,
  epoch: 2,
  active: null,
  target: STANDBY,
  how: "failover",
  reason: "home lost",
};
const written = (before: object, item: object): Happening =>
  ({ kind: "control written", table: TABLE, pk: "control", before, item }) as unknown as Happening;
const committed = (region: string, epoch: number, right = epoch): Happening =>
  ({ kind: "rows committed", region, right, rows: [{ epoch }] }) as unknown as Happening;

describe("one writer per epoch", () => {
  it("holds while each epoch has one region and each row the current right", () => {
    const story = [committed(HOME, 1), committed(HOME, 1), committed(STANDBY, 2)];
    expect(tell(oneWriter, story)).toEqual([undefined, undefined, undefined]);
  });

  it("is broken by a row under another right, and by an epoch in two regions", () => {
    expect(tell(oneWriter, [committed(HOME, 1, 2)])[0]).toMatch(
      /epoch 1 under the right of epoch 2/,
    );
    const two = tell(oneWriter, [committed(HOME, 1), committed(STANDBY, 1)]);
    expect(two).toEqual([undefined, `rows of epoch 1 in ${HOME} and in ${STANDBY}`]);
  });
});

it("the version grows by one, the epoch only at a fence", () => {
  const activated = { ...fenced, version: 6, active: STANDBY, target: null };
  const story = [written(atHome, fenced), written(fenced, activated)];
  expect(tell(monotone, story)).toEqual([undefined, undefined]);
  expect(tell(monotone, [written(fenced, { ...activated, version: 7 })])[0]).toMatch(/5 to 7/);
  expect(tell(monotone, [written(atHome, { ...fenced, active: HOME })])[0]).toMatch(/epoch 1 to 2/);
  expect(tell(monotone, [written(fenced, { ...atHome, version: 6 })])[0]).toMatch(/epoch 2 to 1/);
});

it("a fence breaks a promise unless a fault so far or an operator's command makes it right", () => {
  const fence = written(atHome, fenced);
  const begins = { kind: "fault begins", name: "API" } as const;
  const seen = `a fence to ${STANDBY}: home lost`;
  expect(tell(onlyWhereRight, [begins, fence])).toEqual([undefined, undefined]);
  expect(tell(onlyWhereRight, [fence, begins])).toEqual([seen, undefined]);
  expect(tell(onlyWhereRight, [fence], false)).toEqual([seen]);
  const asked = written(atHome, { ...fenced, reason: "operator: failover" });
  const told = (action: string): Happening => ({ kind: "operator", region: STANDBY, action });
  expect(tell(onlyWhereRight, [told("failover"), asked], false)).toEqual([undefined, undefined]);
  const unasked = `a fence to ${STANDBY}: operator: failover`;
  expect(tell(onlyWhereRight, [told("status"), asked], false)).toEqual([undefined, unasked]);
});

it("no automatic fence while disarmed, or before home has settled for five minutes", () => {
  const settledFor = (seconds: number, epoch = 1): void => {
    items[`progress#${HOME}`] = { epoch, firstAtMs: START_MS - seconds * 1000, lastAtMs: START_MS };
  };
  const fence = (disarmedForMs = 0, reason = "home lost") => {
    const before = { ...atHome, disarmedUntilMs: START_MS + disarmedForMs };
    return tell(onlyWhenArmed, [written(before, { ...fenced, reason })])[0];
  };
  settledFor(300);
  expect(fence()).toBeUndefined();
  expect(fence(1)).toBe("a fence while disarmed");
  expect(fence(1, "operator: failover")).toBeUndefined();
  settledFor(299);
  expect(fence()).toBe("a fence when home had settled for 299 s in epoch 1");
  settledFor(300, 2);
  expect(fence()).toBe("a fence when home had settled for 0 s in epoch 1");
  items = {};
  expect(fence()).toMatch(/for 0 s/);
});

it("no automatic fence once the standby has been in maintenance for two slots", () => {
  const fenceAfter = (seconds: number, status: string, reason = "home lost") => {
    const see = onlyToTheReady.watch(scene());
    busy.set(STANDBY, status);
    see({ kind: "dns", name: "orders", host: "" });
    base.nowMs += seconds * 1000;
    return see(written(atHome, { ...fenced, reason }));
  };
  expect(fenceAfter(20, "maintenance")).toBeUndefined();
  expect(fenceAfter(21, "maintenance")).toMatch("whose cluster is in maintenance");
  expect(fenceAfter(21, "maintenance", "operator: failover")).toBeUndefined();
  expect(fenceAfter(21, "backing-up")).toBeUndefined();
});

it("the two slots start anew with each maintenance", () => {
  const see = onlyToTheReady.watch(scene());
  const passes = () => see({ kind: "dns", name: "orders", host: "" });
  busy.set(STANDBY, "maintenance");
  passes();
  base.nowMs += 21_000;
  busy.delete(STANDBY);
  passes();
  busy.set(STANDBY, "maintenance");
  expect(see(written(atHome, fenced))).toBeUndefined();
});

it("no automatic fence while the standby is active", () => {
  const before = { ...atHome, active: STANDBY };
  expect(tell(notFromStandby, [written(atHome, fenced)])).toEqual([undefined]);
  expect(tell(notFromStandby, [written(before, fenced)])[0]).toMatch(`a fence from ${STANDBY}`);
});

describe("the two witnesses", () => {
  const probe = (secondsAgo: number, status: number | undefined): Happening => {
    const asked: Asked = {
      atMs: START_MS - secondsAgo * 1000,
      from: STANDBY,
      url: `https://api.execute-api.${HOME}.amazonaws.com/v1/health`,
      method: "GET",
      status,
    };
    return { kind: "asked", asked, by: {} as Environment };
  };
  const probes = (status: number | undefined) => [20, 10, 0].map((ago) => probe(ago, status));
  const fence = written(atHome, fenced);
  const silentFor = (seconds: number) => {
    items[`alive#${HOME}`] = { atMs: START_MS - seconds * 1000 };
    items[`progress#${HOME}`] = { lastAtMs: START_MS - 5_000 };
  };

  it("are bad polls together with home's own silence", () => {
    silentFor(25);
    expect(tell(twoWitnesses, [...probes(undefined), fence]).at(-1)).toBeUndefined();
    expect(tell(twoWitnesses, [...probes(503), fence]).at(-1)).toBeUndefined();
  });

  it("are not silence alone, bad polls alone, or polls of an isolated standby", () => {
    silentFor(25);
    expect(tell(twoWitnesses, [...probes(200), fence]).at(-1)).toMatch(/0 bad looks/);
    expect(tell(twoWitnesses, [fence]).at(-1)).toMatch(/0 bad looks, silent for 25000 ms/);
    // The poll itself may have taken 5 s more.
    silentFor(10);
    expect(tell(twoWitnesses, [...probes(503), fence]).at(-1)).toMatch(/silent for 15000 ms/);
  });

  it("are stopped progress together with a waiting order", () => {
    silentFor(1);
    items[`progress#${HOME}`] = { lastAtMs: START_MS - 81_000 };
    const order = (secondsAgo: number): Happening =>
      ({
        kind: "ledger written",
        table: TABLE,
        pk: "order#1",
        item: {
          shard: "open#1",
          acceptedAt: new Date(START_MS - secondsAgo * 1000).toISOString(),
        },
      }) as unknown as Happening;
    expect(tell(twoWitnesses, [order(82), fence]).at(-1)).toBeUndefined();
    expect(tell(twoWitnesses, [order(70), fence]).at(-1)).toMatch(/not settling for 81000 ms/);
  });
});

it("DNS returns only when home is active, or once the standby is lost", () => {
  const dns = (region: string): Happening => {
    host = region;
    return { kind: "dns", name: "orders", host: region };
  };
  const see = noFlipBack.watch(scene());
  items["control"] = { active: STANDBY, target: null };
  expect(see(dns(STANDBY))).toBeUndefined();
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
  lost.add(STANDBY);
  expect(see(dns(HOME))).toBeUndefined();
  lost.clear();
  items["control"] = { active: null, target: HOME };
  expect(see(dns(HOME))).toBeUndefined();
});

it("DNS may return while the standby has no ledger, and shortly after", () => {
  const see = noFlipBack.watch(scene());
  const dns = (region: string): Happening => {
    host = region;
    return { kind: "dns", name: "orders", host: region };
  };
  items["control"] = { active: null, target: STANDBY };
  see(dns(STANDBY));
  see({ kind: "ledger blocked", region: STANDBY });
  expect(see(dns(HOME))).toBeUndefined();
  see({ kind: "ledger ready", region: STANDBY });
  base.nowMs += 19_999;
  expect(see(dns(HOME))).toBeUndefined();
  base.nowMs += 1;
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
});

it("DNS may still follow a superseded failback, for as long as its delay", () => {
  const see = noFlipBack.watch(scene());
  const dns = (region: string): Happening => {
    host = region;
    return { kind: "dns", name: "orders", host: region };
  };
  const calledHome = { ...fenced, epoch: 3, target: HOME };
  items["control"] = { active: null, target: STANDBY };
  see(written(atHome, fenced));
  see(dns(STANDBY));
  see(written(fenced, fenced));
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
  see(written(fenced, calledHome));
  see(written(calledHome, { ...fenced, epoch: 4 }));
  base.nowMs += 19_999;
  expect(see(dns(HOME))).toBeUndefined();
  see(written(fenced, calledHome));
  see(written(calledHome, { ...fenced, epoch: 4 }));
  base.nowMs += 20_000;
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
});

it("DNS may follow a home that becomes healthy before the latch of a fence is known", () => {
  const dns = (region: string): Happening => {
    host = region;
    return { kind: "dns", name: "orders", host: region };
  };
  const backAfter = (ms: number): string | undefined => {
    const see = noFlipBack.watch(scene());
    items["control"] = { active: null, target: STANDBY };
    see(dns(STANDBY));
    see(written(atHome, fenced));
    base.nowMs += ms;
    return see(dns(HOME));
  };
  expect(backAfter(39_999)).toBeUndefined();
  expect(backAfter(40_000)).toMatch(`DNS went back to ${HOME}`);
});

it("a minute's sweep adds nothing to a queue that already held many; an activation does", () => {
  const see = backlogStaysSmall.watch(scene());
  const sweep = (payload: object) => {
    const environment = { description: { stem: "settlementSweep", region: HOME }, payload };
    return (command: string, queued: number): string | undefined => {
      held = queued;
      calls.ask({ environment, command, input: { QueueUrl: "https://sqs/1/orders" } });
      return see({ kind: "volume rebuilt", region: HOME });
    };
  };
  const shallow = sweep({ trigger: "schedule" });
  shallow("GetQueueAttributesCommand", 500);
  expect(shallow("SendMessageBatchCommand", 900)).toBeUndefined();
  expect(sweep({ activated: 2 })("SendMessageBatchCommand", 900)).toBeUndefined();
  const deep = sweep({ trigger: "schedule" });
  deep("GetQueueAttributesCommand", 501);
  expect(deep("SendMessageBatchCommand", 10)).toBe(
    `a sweep added hints in ${HOME} to 501 that were there`,
  );
});

it("during a failover to the standby, no orchestrator calls the region being left", () => {
  const call = (region: string, service: string, command: string, payload: object = {}) => ({
    environment: { description: { stem: "failoverOrchestrator" }, payload },
    region,
    service,
    command,
    input: {},
  });
  const see = nothingWaitsForTheLost.watch(scene());
  see(written(atHome, fenced));
  const next: Happening = { kind: "volume rebuilt", region: HOME };
  calls.ask(call(STANDBY, "rds", "DescribeDBClustersCommand"));
  calls.ask(call(HOME, "sns", "PublishCommand"));
  calls.ask(call(HOME, "dynamodb", "GetCommand", { action: "status" }));
  expect(see(next)).toBeUndefined();
  calls.ask(call(HOME, "rds", "DescribeDBClustersCommand"));
  expect(see(next)).toBe(`DescribeDBClustersCommand in ${HOME}`);
});

it("an orchestrator that has taken a step of a takeover no longer polls home", () => {
  const by = (stem: string): Environment =>
    ({
      description: { stem, region: STANDBY },
      payload: { trigger: "tick" },
      freezes: 0,
    }) as Environment;
  const looks = (environment: Environment): Happening => {
    const url = `https://api.${HOME}.example/health`;
    const asked: Asked = { atMs: 0, from: STANDBY, url, method: "GET", status: undefined };
    return { kind: "asked", asked, by: environment };
  };
  const [actor, other] = [by("failoverOrchestrator"), by("failoverOrchestrator")];
  const see = nothingWaitsForTheLost.watch(scene());
  see(written(atHome, fenced));
  const promotes = { region: STANDBY, service: "rds", command: "FailoverGlobalClusterCommand" };
  calls.ask({ ...promotes, input: {}, environment: actor });
  expect(see(looks(other))).toBeUndefined();
  see({ kind: "ledger blocked", region: STANDBY });
  expect(see(looks(actor))).toBeUndefined();
  see({ kind: "ledger ready", region: STANDBY });
  expect(see(looks(actor))).toBeUndefined();
  base.nowMs += LOOK_SLOT_SECONDS * 1000 + 1;
  actor.freezes = 1;
  expect(see(looks(actor))).toBeUndefined();
  actor.freezes = 0;
  expect(see(looks(actor))).toBe(`GET https://api.${HOME}.example/health`);
});

it("a switchover and an operator's failback lose no rows; a failover may", () => {
  const moved = (region: string): Happening => ({ kind: "writer moved", region, rowsLost: 3 });
  const called = (kind: "failover called" | "switchover called"): Happening => ({
    kind,
    region: HOME,
    promotionMs: 1,
  });
  const last = (...story: Happening[]) => tell(failbackLosesNothing, story).at(-1);
  expect(last(called("failover called"), moved(HOME))).toBeUndefined();
  expect(last(called("switchover called"), moved(HOME))).toMatch(/3 rows/);
  const back = (reason: string) => written(fenced, { ...fenced, target: HOME, reason });
  const failback = back("operator: failback");
  expect(last(failback, called("failover called"), moved(HOME))).toMatch(/3 rows/);
  expect(last(failback, called("failover called"), moved(STANDBY))).toBeUndefined();
  expect(last(failback, back("operator: failover"), moved(HOME))).toBeUndefined();
});

it("an order among the dead letters breaks the promise", () => {
  const dead = (orderId: string, queueName = "dead"): Happening => ({
    kind: "dead letter",
    queueName,
    body: `{"orderIds":["${orderId}"]}`,
  });
  const noHint: Happening = { kind: "dead letter", queueName: "dead", body: "no hint" };
  expect(tell(deadLetters, [noHint, dead("a", "other")])).toEqual([undefined, undefined]);
  expect(tell(deadLetters, [dead("a")])).toEqual(["order a, which is valid"]);
});
