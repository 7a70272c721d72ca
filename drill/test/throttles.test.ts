import type { Resource } from "../description/lookup";
import type { Stream } from "../../support/simulation/random";
import type { Handlers } from "../handlers";
import { throttled } from "../scenario/faults/apis";
import type { Stage } from "../scenario/faults/fault";
import type { HandlerFactory } from "../world/environment";
import { INTERNET } from "../world/network";
import { TokenBucket } from "../world/tokenBucket";
import type { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { worldOf } from "./worldOf";

describe("a token bucket", () => {
  let nowMs = 0;
  let uniform = 0;
  const taken = (bucket: TokenBucket, times: number): number =>
    Array.from({ length: times }, () => bucket.take()).filter((isTaken) => isTaken).length;
  const bucket = (ratePerSecond: number, burst: number): TokenBucket =>
    new TokenBucket(
      { ratePerSecond, burst },
      () => nowMs,
      () => uniform,
    );

  it("allows the burst at once, then the rate, and never holds more than the burst", () => {
    const own = bucket(10, 20);
    expect(taken(own, 30)).toBe(20);
    nowMs += 500;
    expect(taken(own, 30)).toBe(5);
    nowMs += 60_000;
    expect(taken(own, 30)).toBe(20);
  });

  it("is emptied by a flood, then allows the remaining share of requests until the flood ends", () => {
    const own = bucket(10, 20);
    // 40 requests a second for 10 tokens take 30 tokens a second from the burst.
    const end = own.flood(0.75);
    uniform = 0.26;
    nowMs += 500;
    expect(taken(own, 12)).toBe(5);
    nowMs += 1_000;
    expect(taken(own, 5)).toBe(0);
    uniform = 0.24;
    expect(taken(own, 5)).toBe(5);
    end();
    nowMs += 1_000;
    expect(taken(own, 30)).toBe(10);
  });

  it("adds up overlapping floods, and is not affected by one below its rate", () => {
    const own = bucket(10, 20);
    const ends = [own.flood(0), own.flood(0.5)];
    nowMs += 1_000;
    uniform = 0.34;
    // 30 requests a second for 10 tokens: one third gets one.
    expect(taken(own, 3)).toBe(0);
    uniform = 0.33;
    expect(taken(own, 3)).toBe(3);
    ends[1]!();
    nowMs += 1_000;
    expect(taken(own, 3)).toBe(0);
  });
});

describe("a flooded throttle at home", () => {
  let resources: readonly Resource[];

  beforeAll(async () => {
    resources = (await cachedCapture()).resources;
  }, 60_000);

  const answering =
    (answer: object): HandlerFactory =>
    () =>
    () =>
      Promise.resolve(answer);
  const handlers: Handlers = {
    authorizer: answering({ context: {}, policyDocument: { Statement: [{ Effect: "Allow" }] } }),
    orderApi: answering({ statusCode: 202, body: "{}" }),
    health: answering({ statusCode: 200, body: "{}" }),
  };

  /** Each region's answers to an order, a canary order, a probe of its health and Route 53. */
  async function statuses(begin: (world: World) => void): Promise<Record<string, number[]>> {
    const world = worldOf(resources, [], handlers);
    begin(world);
    const { simulation, program } = world.base;
    await simulation.run(simulation.nowMs + 10_000);
    const seen: Record<string, number[]> = {};
    const requests = [
      ["POST", "orders"],
      ["POST", "canary-orders"],
      ["GET", "health"],
    ] as const;
    for (const { host, stage, region, routes } of program.apis) {
      const isChecks = !routes.some((route) => route.path === "/orders");
      for (const [method, path] of isChecks ? requests.slice(2) : requests) {
        const request = { method, url: `https://${host}/${stage}/${path}`, body: "{}" };
        const headers = { Authorization: "Bearer good" };
        world.apis.request(INTERNET, { ...request, headers }, ({ status }) => {
          (seen[region] ??= []).push(status);
        });
        await simulation.run(simulation.nowMs + 2_000);
      }
    }
    return seen;
  }

  /** Nearly all. */
  const ALL = 1 - 1e-9;
  const calm = [202, 202, 200, 200];

  it.each([
    ["none", () => {}, calm],
    ["the account's", (world: World) => world.apis.flood("us-east-1", ALL), [429, 429, 429, 200]],
    [
      "that of orders",
      (world: World) => world.apis.flood("us-east-1", ALL, (path) => path === "/orders"),
      [429, 202, 200, 200],
    ],
    [
      "that of health",
      (world: World) => world.apis.flood("us-east-1", ALL, (path) => path === "/health"),
      [202, 202, 429, 200],
    ],
    ["a flood that has ended", (world: World) => world.apis.flood("us-east-1", ALL)(), calm],
  ])("%s", async (_which, begin, atHome) => {
    expect(await statuses(begin)).toEqual({ "us-east-1": atHome, "us-east-2": calm });
  });

  it("is drawn by the fault from these three", async () => {
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      const stream = { between: () => ALL, pick: <T>(choices: readonly T[]) => choices[i] };
      const drawn = throttled.draw(stream as unknown as Stream);
      const answers = await statuses((world) =>
        drawn.begin({ world, region: () => "us-east-1" } as unknown as Stage),
      );
      expect(answers["us-east-2"]).toEqual(calm);
      seen.push(answers["us-east-1"]!.join());
    }
    expect(seen).toEqual(["429,429,429,200", "429,202,200,200", "202,202,429,200"]);
  });
});
