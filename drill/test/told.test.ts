import type { HttpAnswer, HttpRequest } from "../../lambda/runtime/runtime";
import { Simulation } from "../../support/simulation/simulation";
import { operatorsTold } from "../scenario/promises/told";
import type { Scene } from "../scenario/promises/watcher";
import type { Happening } from "../world/happenings";

const HOME = "us-east-1";
const STANDBY = "us-east-2";

const alarm = (name: string, metric: string, target = "arn:aws:sns:us-east-2:1:alerts") => ({
  name,
  metrics: [{ seriesKey: metric }],
  actions: { ALARM: [target] },
});

/** Orders are answered as the test says, and the promise watches. */
function play() {
  const simulation = new Simulation(false);
  // Minutes start at a full one, with another before it.
  const startMs = Math.ceil(simulation.startMs / 60_000) * 60_000 + 60_000;
  const lost = new Set<string>();
  const down = new Set<string>();
  const base = {
    simulation,
    get nowMs() {
      return simulation.nowMs;
    },
    network: { isLost: (region: string) => lost.has(region) },
    program: {
      alarms: [
        alarm("canaries", "TradingPlatform|HomeCanaryFailed|Environment=dev"),
        alarm("vended", "AWS/ApiGateway|5XXError"),
        alarm("silent", "TradingPlatform|HomeCanaryFailed", "arn:aws:lambda:r:1:f"),
      ],
    },
  };
  type Watcher = (request: HttpRequest) => ((answer: HttpAnswer) => void) | undefined;
  const apis: { onRequest: Watcher } = { onRequest: () => undefined };
  const world = { base, apis, cloudwatch: { down } };
  const faults = [
    { fault: { name: "API", failover: "must" } },
    { fault: { name: "failback asked", failover: "may" } },
  ];
  const scene = { world, schedule: { isLast: false, faults }, home: HOME, standby: STANDBY };
  const see = operatorsTold.watch(scene as unknown as Scene);
  const at = (second: number, act: () => void): void =>
    void simulation.at(startMs + second * 1000, act);
  return {
    lost,
    down,
    at,
    see,
    /** Places this many orders in a minute, of which some fail. */
    orders: (minute: number, placed: number, failed: number, how: HttpAnswer | null, ms = 10) => {
      for (let i = 0; i < placed; i++) {
        at(minute * 60 + (i * 50) / placed, () => {
          const answered = apis.onRequest({ method: "POST", url: "", body: "" })!;
          const answer = i < failed ? how : { status: 202, body: "" };
          if (answer !== null) simulation.after(i < failed ? ms : 10, () => answered(answer));
        });
      }
    },
    rings: (name: string, second: number, state = "ALARM") =>
      at(second, () => {
        const message = `{"AlarmName":"${name}","NewStateValue":"${state}"}`;
        see({ kind: "published", topicArn: "", subject: "", message });
        if (state !== "ALARM") see({ kind: "alarm", name, region: STANDBY, state: "OK" });
      }),
    /** What the promise says five minutes later. */
    async said(): Promise<string | undefined> {
      at(350, () => {});
      await simulation.run(startMs + 360_000);
      return see({ kind: "volume rebuilt", region: HOME });
    },
  };
}

const refused: HttpAnswer = { status: 503, body: "" };
const bad = "nobody, though 3 of 30 orders of a minute failed";

/** A bad minute and then a good one, so that the first is complete. */
function gray(failed = 3, how: HttpAnswer | null = refused, afterMs = 10) {
  const world = play();
  world.orders(0, 30, failed, how, afterMs);
  world.orders(1, 30, 0, null);
  return world;
}

test("an operator must be notified of three failed orders that are a tenth of a minute's, not of fewer", async () => {
  expect(await gray(3).said()).toBe(bad);
  expect(await gray(2).said()).toBeUndefined();
  const many = play();
  many.orders(0, 31, 3, refused);
  many.orders(1, 30, 0, null);
  expect(await many.said()).toBeUndefined();
});

test("no answer within 3 s is a failure, even if one comes later; 429 is not a failure", async () => {
  expect(await gray(3, null).said()).toBe(bad);
  expect(await gray(3, { status: 202, body: "" }, 3_001).said()).toBe(bad);
  expect(await gray(3, { status: 202, body: "" }, 2_999).said()).toBeUndefined();
  expect(await gray(3, { status: 429, body: "" }).said()).toBeUndefined();
});

test("the program's own alarm keeps the promise if it notifies a topic within 3 minutes", async () => {
  const ringing = (name: string, second: number) => {
    const world = gray();
    world.rings(name, second);
    return world.said();
  };
  expect(await ringing("canaries", 239)).toBeUndefined();
  expect(await ringing("canaries", 241)).toBe(bad);
  expect(await ringing("vended", 100)).toBe(bad);
  expect(await ringing("silent", 100)).toBe(bad);
});

test("an alarm that is still active from before keeps the promise; one that had ended does not", async () => {
  const before = (endsAtSecond: number) => {
    const world = gray();
    world.rings("canaries", -50);
    world.rings("canaries", endsAtSecond, "OK");
    return world.said();
  };
  expect(await before(20)).toBeUndefined();
  expect(await before(-20)).toBe(bad);
});

test("the promise does not apply while the standby is lost or its CloudWatch is down, or during a deployment", async () => {
  const mute = (begin: (world: ReturnType<typeof play>) => void) => {
    const world = gray();
    begin(world);
    return world.said();
  };
  const fault = (kind: "fault begins" | "fault ends", name: string): Happening => ({ kind, name });
  expect(await mute(({ lost }) => lost.add(STANDBY))).toBeUndefined();
  expect(await mute(({ lost }) => lost.add(HOME))).toBe(bad);
  expect(await mute(({ down }) => down.add(STANDBY))).toBeUndefined();
  expect(await mute(({ down }) => down.add(HOME))).toBe(bad);
  expect(await mute(({ see }) => see(fault("fault begins", "deployment")))).toBeUndefined();
  expect(await mute(({ see }) => see(fault("fault begins", "API")))).toBe(bad);
  const deploymentAnd = (name: string) =>
    mute(({ see }) => {
      see(fault("fault begins", "deployment"));
      see(fault("fault begins", name));
    });
  expect(await deploymentAnd("API")).toBe(bad);
  expect(await deploymentAnd("failback asked")).toBeUndefined();
});
