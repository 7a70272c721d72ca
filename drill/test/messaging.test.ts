import type { Resource } from "../description/lookup";
import type { ResourceEdit } from "../mutations/edits";
import type { HandlerFactory } from "../world/environment";
import type { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { worldOf } from "./worldOf";

const REGION = "us-east-2";
const QUEUE = "aws:sqs/queue:Queue";
const SOURCE = "aws:lambda/eventSourceMapping:EventSourceMapping";
const url = (name: string) => `https://sqs.${REGION}.amazonaws.com/123456789012/${name}`;
const ORDERS = url("dev-orders-use2");
const DEAD = "dev-order-dead-letters-use2";

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

afterEach(() => jest.restoreAllMocks());

interface Event {
  Records: { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } }[];
}

/** The result of a batch: a report, or a failure. */
type Working = (event: Event, world: World) => Promise<unknown>;

const fails: Working = () => Promise.reject(new Error("always"));
const succeeds: Working = () => Promise.resolve(undefined);
const never: Working = () => new Promise(() => {});
const takes =
  (ms: number): Working =>
  (_event, { base }) =>
    new Promise((resolve) =>
      base.simulation.after(ms, () => {
        base.simulation.continued();
        resolve(undefined);
      }),
    );

/**
 * The standby's queue of hints, and what its order-processor receives: second, bodies, and how
 * often each message was received. All drawn durations are zero.
 */
function queue(working: Working, ...edits: ResourceEdit[]) {
  const batches: string[] = [];
  let running = 0;
  let runningMax = 0;
  const orderProcessor: HandlerFactory = () => async (payload: unknown) => {
    const event = payload as Event;
    const second = (world.base.nowMs - world.base.simulation.startMs) / 1000;
    const records = event.Records.map(
      ({ body, attributes }) => `${body}${attributes.ApproximateReceiveCount}`,
    );
    batches.push(`${second}: ${records.join(" ")}`);
    runningMax = Math.max(runningMax, ++running);
    try {
      return await working(event, world);
    } finally {
      running--;
    }
  };
  const world = worldOf(resources, edits, { orderProcessor });
  jest.spyOn(world.base, "draw").mockReturnValue(0);
  const dead: string[] = [];
  world.base.watch((happening) => {
    if (happening.kind === "dead letter") dead.push(`${happening.queueName} ${happening.body}`);
  });
  const { simulation } = world.base;
  const unread = { ok: () => {}, fail: () => {} };
  return {
    world,
    batches,
    dead,
    runningMax: () => runningMax,
    send: (...bodies: string[]) => {
      for (const MessageBody of bodies) {
        world.sqs.handle(REGION, "SendMessageCommand", { QueueUrl: ORDERS, MessageBody }, unread);
      }
    },
    run: (toSecond: number) => simulation.run(simulation.startMs + toSecond * 1000),
  };
}

const ofQueue = (set: Record<string, unknown>): ResourceEdit => ({
  type: QUEUE,
  name: "queues-use2-orders",
  set,
});
const ofSource = (set: Record<string, unknown>): ResourceEdit => ({
  type: SOURCE,
  name: "functions-use2-orders",
  set,
});

describe("a message whose batch fails", () => {
  it.each([
    [60, ["0: a1", "60: a2", "120: a3"]],
    [90, ["0: a1", "90: a2"]],
  ])("comes back after the visibility timeout, %i s", async (seconds, expected) => {
    const edit = ofQueue({ visibilityTimeoutSeconds: seconds });
    const { send, run, batches } = queue(fails, edit);
    send("a");
    await run(150);
    expect(batches).toEqual(expected);
  });

  it.each([
    [100, ["0: a1", "60: a2"]],
    [130, ["0: a1", "60: a2", "120: a3"]],
  ])("is gone once it is older than the retention, %i s", async (seconds, expected) => {
    const { send, run, batches, dead } = queue(
      fails,
      ofQueue({ messageRetentionSeconds: seconds }),
    );
    send("a");
    await run(300);
    expect(batches).toEqual(expected);
    expect(dead).toEqual([]);
  });

  it("is not deleted by an answer that arrives after its redelivery", async () => {
    const longer: ResourceEdit = {
      type: "aws:lambda/function:Function",
      name: "orderProcessor-use2",
      set: { timeout: 60 },
    };
    const { send, run, batches, world } = queue(takes(59_500), longer);
    jest
      .spyOn(world.base, "draw")
      .mockImplementation((name) => (name === "coldStartMs" ? 1_000 : 0));
    send("a");
    await run(61);
    expect(batches).toEqual(["1: a1", "61: a2"]);
    expect(world.sqs.held(ORDERS)).toBe(1);
  });

  it("moves to the dead-letter queue once it was received more often than the redrive policy allows", async () => {
    const redrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:${REGION}:123456789012:${DEAD}`,
      maxReceiveCount: 2,
    });
    const { send, run, batches, dead, world } = queue(fails, ofQueue({ redrivePolicy }));
    send("a");
    await run(300);
    expect(batches).toEqual(["0: a1", "60: a2"]);
    expect(dead).toEqual([`${DEAD} a`]);
    expect([world.sqs.held(ORDERS), world.sqs.held(url(DEAD))]).toEqual([0, 1]);
  });
});

describe("an event source", () => {
  const five = ["a", "b", "c", "d", "e"];

  it.each([
    [10, ["0: a1 b1 c1 d1 e1"]],
    [2, ["0: a1 b1", "0: c1 d1", "0: e1"]],
  ])("delivers batches of at most %i", async (batchSize, expected) => {
    const { send, run, batches } = queue(succeeds, ofSource({ batchSize }));
    send(...five);
    await run(1);
    expect(batches).toEqual(expected);
  });

  it.each([
    [1, ["0: a1", "5: b1", "10: c1", "15: d1", "20: e1"]],
    [2, ["0: a1", "0: b1", "5: c1", "5: d1", "10: e1"]],
  ])("runs at most %i at a time", async (maximumConcurrency, expected) => {
    const scalingConfig = { maximumConcurrency };
    const edit = ofSource({ batchSize: 1, scalingConfig });
    const { send, run, batches, runningMax } = queue(takes(5_000), edit);
    send(...five);
    await run(40);
    expect(batches).toEqual(expected);
    expect(runningMax()).toBe(maximumConcurrency);
  });

  it("delivers nothing while it is disabled", async () => {
    const { send, run, batches, world } = queue(succeeds, ofSource({ enabled: false }));
    send(...five);
    await run(100);
    expect(batches).toEqual([]);
    expect(world.sqs.depth(ORDERS)).toBe(5);
  });

  it("delivers nothing if the function's role may not receive", async () => {
    const role: ResourceEdit = {
      type: "aws:iam/rolePolicy:RolePolicy",
      name: "orderProcessor-use2",
      remove: true,
    };
    const { send, run, batches } = queue(succeeds, role);
    send(...five);
    await run(100);
    expect(batches).toEqual([]);
  });

  it("continues when its region returns, whatever ran when it was lost", async () => {
    const scalingConfig = { maximumConcurrency: 1 };
    const edit = ofSource({ batchSize: 1, scalingConfig });
    const { send, run, batches, world } = queue(never, edit);
    send("a", "b");
    await run(5);
    world.lose(REGION);
    await run(100);
    world.restore(REGION);
    await run(101);
    expect(batches.slice(0, 2)).toEqual(["0: a1", "100: b1"]);
  });
});

describe("a report of a batch's failures", () => {
  /** Reports on the first batch. All others succeed. */
  const reporting =
    (report: (second: string) => unknown): Working =>
    ({ Records }, { base }) =>
      Promise.resolve(
        base.nowMs === base.simulation.startMs ? report(Records[1]!.messageId) : undefined,
      );
  const failure = (itemIdentifier: unknown) => ({ batchItemFailures: [{ itemIdentifier }] });
  const none = ["0: a1 b1 c1"];
  const second = [...none, "60: b2"];
  const all = [...none, "60: a2 b2 c2"];

  it.each<[string, (second: string) => unknown, string[]]>([
    ["none", () => undefined, none],
    ["null", () => null, none],
    ["an empty one", () => ({}), none],
    ["a null list", () => ({ batchItemFailures: null }), none],
    ["an empty list", () => ({ batchItemFailures: [] }), none],
    ["one message", failure, second],
    ["no list", (id) => ({ batchItemFailures: id }), all],
    ["an empty identifier", () => failure(""), all],
    ["a null identifier", () => failure(null), all],
    ["another key", (id) => ({ batchItemFailures: [{ messageId: id }] }), all],
    [
      "an unknown identifier besides a known one",
      (id) => ({ batchItemFailures: [{ itemIdentifier: id }, { itemIdentifier: "x" }] }),
      all,
    ],
  ])("%s", async (_what, report, expected) => {
    const { send, run, batches } = queue(reporting(report));
    send("a", "b", "c");
    await run(200);
    expect(batches).toEqual(expected);
  });

  it("is ignored if the event source does not enable it", async () => {
    const { send, run, batches } = queue(
      reporting(failure),
      ofSource({ functionResponseTypes: [] }),
    );
    send("a", "b", "c");
    await run(200);
    expect(batches).toEqual(none);
  });
});
