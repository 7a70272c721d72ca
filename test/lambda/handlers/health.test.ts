import { createHealth } from "../../../lambda/handlers/health";
import type { Control } from "../../../lambda/control/control";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";

let world: FakeWorld;
let regions: Record<string, ReturnType<typeof createHealth>>;

beforeEach(() => begin());

/** Fresh processes in both regions, over a ledger with this control item. */
function begin(control: Partial<Control> | null = { active: HOME, epoch: 3 }): void {
  world = new FakeWorld();
  if (control !== null) world.setControl(control);
  regions = Object.fromEntries([HOME, STANDBY].map((r) => [r, createHealth(world.runtime(r))]));
}

/** Asks a path such as `/health?after=3` in a region. */
async function ask(path: string, region = HOME) {
  const [plain, after] = path.split("?after=");
  const event = {
    path: plain!,
    queryStringParameters: after === undefined ? null : { after },
  };
  const { result, seconds } = await world.timed(regions[region]!(event));
  const { statusCode: status, headers, body } = result;
  return { status, seconds, headers, body: JSON.parse(body) as Record<string, unknown> };
}

describe("the answer for a control item", () => {
  const atHome = { active: HOME, epoch: 3 };
  const toStandby = { active: null, target: STANDBY, epoch: 4, how: "failover" as const };
  const atStandby = { active: STANDBY, epoch: 4 };
  const toHome = { active: null, target: HOME, epoch: 5, how: "switchover" as const };

  it.each([
    ["absent", null, [200, 200, 503, 503, 503, 503, 404, 404]],
    ["home active, epoch 3", atHome, [200, 200, 200, 503, 503, 503, 404, 404]],
    ["on the way to standby", toStandby, [200, 200, 503, 503, 200, 200, 200, 200]],
    ["standby active, epoch 4", atStandby, [200, 200, 503, 503, 200, 200, 200, 200]],
    ["on the way to home", toHome, [200, 200, 200, 200, 503, 503, 404, 404]],
  ])("%s", async (_, control, expected) => {
    begin(control);
    const answers: number[] = [];
    for (const [path, region] of [
      ["/health", HOME],
      ["/health", STANDBY],
      ["/health?after=0", HOME],
      ["/health?after=3", HOME],
      ["/health?after=0", STANDBY],
      ["/health?after=3", STANDBY],
      ["/failover-latch", STANDBY],
      ["/failover-latch", HOME],
    ]) {
      answers.push((await ask(path!, region)).status);
    }
    expect(answers).toEqual(expected);
  });

  it.each([
    ["2", 200],
    ["3", 503],
    ["4", 503],
    ["", 503],
    ["0.5", 503],
    ["-1", 503],
    ["nonsense", 503],
  ])("with after=%s in epoch 3 is %d", async (after, status) => {
    expect((await ask(`/health?after=${after}`)).status).toBe(status);
  });

  it("has a body with the details and must not be cached", async () => {
    expect(await ask("/health")).toMatchObject({
      body: { region: HOME, ledger: "reachable" },
      headers: { "Cache-Control": "no-store" },
    });
    expect((await ask("/health?after=0")).body).toEqual({ region: HOME, active: true });
    expect((await ask("/failover-latch")).body).toEqual({ failover: false });
  });
});

describe("if the ledger does not answer", () => {
  it.each([
    ["refuses", throttled(), 0.01],
    ["hangs", "hangs" as const, 2],
  ])("because it %s, /health is 503 and the latch is 404", async (_, mishap, seconds) => {
    begin({ active: STANDBY, epoch: 4 });
    const mend = world.mishap({ on: "control" }, mishap);
    for (const [path, status] of [
      ["/health", 503],
      ["/health?after=0", 503],
      ["/failover-latch", 404],
    ] as const) {
      expect(await ask(path, STANDBY)).toMatchObject({ status, seconds });
    }
    expect(world.callsOf({ on: `alive#${STANDBY}` })).toEqual([]);
    mend();
    expect(await ask("/health", STANDBY)).toMatchObject({ status: 200 });
    expect(await ask("/failover-latch", STANDBY)).toMatchObject({ status: 200 });
  });

  it("a control item read within 2 s is used, an older one is not", async () => {
    await ask("/health");
    world.mishap({ service: "dynamodb" }, "hangs");
    await world.advance(1.9);
    expect(await ask("/health")).toMatchObject({ status: 200 });
    await world.advance(0.1);
    expect(await ask("/health")).toMatchObject({ status: 503 });
  });
});

describe("the control item is read", () => {
  const reads = () => world.callsOf({ command: "Get", on: "control" });

  it("with strong consistency, once in 2 s for all paths together", async () => {
    for (let i = 0; i < 20; i++) {
      await ask(["/health", "/health?after=0", "/failover-latch"][i % 3]!);
      await world.advance(0.1);
    }
    expect(reads()).toHaveLength(1);
    await ask("/health");
    expect(reads()).toHaveLength(2);
    expect(reads()[0]!.input["ConsistentRead"]).toBe(true);
  });

  it.each([
    ["it is absent", () => begin(null)],
    ["no region is active", () => world.setControl({ active: null, target: STANDBY, epoch: 2 })],
  ])("each time while %s, because that soon changes", async (_, happen) => {
    happen();
    await ask("/health");
    await ask("/health");
    expect(reads()).toHaveLength(2);
  });
});

describe("the heartbeat of the region", () => {
  const beats = () => world.callsOf({ command: "Update", on: `alive#${HOME}` }).length;

  it("is written by /health, at most every 5 s", async () => {
    await ask("/health");
    await world.advance(4.9);
    await ask("/health?after=0");
    expect(beats()).toBe(1);
    await world.advance(0.1);
    await ask("/health");
    expect(beats()).toBe(2);
    expect(world.item(`alive#${HOME}`)).toEqual({ pk: `alive#${HOME}`, atMs: world.nowMs - 10 });
  });

  it("is written even if another region is active, but not by the latch", async () => {
    begin({ active: STANDBY, epoch: 4 });
    await ask("/failover-latch");
    expect(beats()).toBe(0);
    expect((await ask("/health?after=0")).status).toBe(503);
    expect(beats()).toBe(1);
  });

  it("never decreases, and is tried again with the next request after a failure", async () => {
    world.put({ pk: `alive#${HOME}`, atMs: world.nowMs + 5_000 });
    expect((await ask("/health")).status).toBe(200);
    expect(world.item(`alive#${HOME}`)).toMatchObject({ atMs: world.nowMs + 5_000 - 20 });
    begin();
    world.mishap({ on: `alive#${HOME}` }, throttled(), 1);
    await ask("/health");
    expect(world.item(`alive#${HOME}`)).toBeUndefined();
    await ask("/health");
    expect(world.item(`alive#${HOME}`)).toBeDefined();
  });

  it("delays an answer by at most half a second, so that a probe does not time out", async () => {
    world.mishap({ on: `alive#${HOME}` }, "hangs");
    expect(await ask("/health")).toMatchObject({ status: 200, seconds: 0.51 });
  });
});
