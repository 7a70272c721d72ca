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

describe("the control item decides", () => {
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
    ["", 200],
    ["nonsense", 503],
  ])("after=%s in epoch 3 is %d", async (after, status) => {
    expect((await ask(`/health?after=${after}`)).status).toBe(status);
  });

  it("and the body says what was found, never to be cached on the way", async () => {
    expect(await ask("/health")).toMatchObject({
      body: { region: HOME, ledger: "reachable" },
      headers: { "Cache-Control": "no-store" },
    });
    expect((await ask("/health?after=0")).body).toEqual({ region: HOME, active: true });
    expect((await ask("/failover-latch")).body).toEqual({ failover: false });
  });
});

describe("where the ledger does not answer", () => {
  it.each([
    ["refuses", throttled(), 0.01],
    ["hangs", "hangs" as const, 2],
  ])("and %s, nobody is healthy and the latch is in doubt", async (_, mishap, seconds) => {
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

  it("an answer of the last 2 s counts, an older one does not", async () => {
    await ask("/health");
    world.mishap({ service: "dynamodb" }, "hangs");
    await world.advance(1.9);
    expect(await ask("/health")).toMatchObject({ status: 200 });
    await world.advance(0.1);
    expect(await ask("/health")).toMatchObject({ status: 503 });
  });
});

describe("the ledger is asked", () => {
  const reads = () => world.callsOf({ command: "Get", on: "control" });

  it("strongly, once in 2 s for all paths together", async () => {
    for (let i = 0; i < 20; i++) {
      await ask(["/health", "/health?after=0", "/failover-latch"][i % 3]!);
      await world.advance(0.1);
    }
    expect(reads()).toHaveLength(1);
    await ask("/health");
    expect(reads()).toHaveLength(2);
    expect(reads()[0]!.input["ConsistentRead"]).toBe(true);
  });

  it("also once in 2 s for a control item that is absent", async () => {
    begin(null);
    await ask("/health");
    await ask("/health");
    expect(reads()).toHaveLength(1);
  });
});

describe("the region's sign of life", () => {
  const beats = () => world.callsOf({ command: "Update", on: `alive#${HOME}` }).length;

  it("is renewed by /health, at most every 5 s", async () => {
    await ask("/health");
    await world.advance(4.9);
    await ask("/health?after=0");
    expect(beats()).toBe(1);
    await world.advance(0.1);
    await ask("/health");
    expect(beats()).toBe(2);
    expect(world.item(`alive#${HOME}`)).toEqual({ pk: `alive#${HOME}`, atMs: world.nowMs - 10 });
  });

  it("is renewed where another region is active too, but not by the latch", async () => {
    begin({ active: STANDBY, epoch: 4 });
    await ask("/failover-latch");
    expect(beats()).toBe(0);
    expect((await ask("/health?after=0")).status).toBe(503);
    expect(beats()).toBe(1);
  });

  it("never goes back, and is tried again at once when it failed", async () => {
    world.put({ pk: `alive#${HOME}`, atMs: world.nowMs + 60_000 });
    expect((await ask("/health")).status).toBe(200);
    expect(world.item(`alive#${HOME}`)).toMatchObject({ atMs: world.nowMs + 60_000 - 20 });
    begin();
    world.mishap({ on: `alive#${HOME}` }, throttled(), 1);
    await ask("/health");
    expect(world.item(`alive#${HOME}`)).toBeUndefined();
    await ask("/health");
    expect(world.item(`alive#${HOME}`)).toBeDefined();
  });

  it("costs an answer at most half a second: with the ledger's 2 s below a probe's 3", async () => {
    world.mishap({ on: `alive#${HOME}` }, "hangs");
    expect(await ask("/health")).toMatchObject({ status: 200, seconds: 0.51 });
  });
});
