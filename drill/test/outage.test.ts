import { readFileSync } from "node:fs";
import * as path from "node:path";
import { play } from "./playing/client";
import type { Answer, Request } from "./playing/edited";

/** Described in full here. manyOutages.test.ts plays twenty. */
const seeds = ["1", "7", "8"];

/** All outages of this file, each played once. */
const requests = {
  ...Object.fromEntries(seeds.map((seed) => [`seed ${seed}`, { seed }])),
  deployed: { seed: "1", fromDeployment: true },
  again: { seed: "7" },
  ordinary: { seed: "1", fault: "none" },
  "orchestrator at home": { seed: "1", mutation: "orchestrator at home" },
  "stale home": { seed: "1", staleHome: true },
  "stale home without latch": { seed: "1", staleHome: true, mutation: "no latch" },
  lag: { seed: "1", lagMs: 30_000 },
  "lag and closed on settlement": { seed: "1", lagMs: 30_000, mutation: "close on settlement" },
} satisfies Record<string, Request>;

let played: Map<string, Answer>;

beforeAll(async () => {
  const answers = await Promise.all(Object.values(requests).map((each) => play("edited", each)));
  played = new Map(Object.keys(requests).map((name, i) => [name, answers[i]!]));
}, 180_000);

const answer = (name: string): Answer => played.get(name)!;
const namesOfBroken = (name: string): string[] => answer(name).broken.map((each) => each.name);

describe("the loss of home", () => {
  test.each(seeds)("breaks no promise with seed %s", (seed) => {
    const { broken, control, orders } = answer(`seed ${seed}`);
    expect(broken).toEqual([]);
    expect(control).toMatchObject({ active: "us-east-2", target: null, epoch: 2 });
    expect(orders.present).toBe(orders.acknowledged);
    expect(orders.placed).toBeGreaterThan(250);
  });

  it("breaks no promise when it starts with the deployment, as in npm start", () => {
    const { broken, timeline, orders } = answer("deployed");
    expect(broken).toEqual([]);
    expect(timeline[0]?.text).toBe("control item created, target us-east-1");
    expect(orders.placed).toBeGreaterThan(400);
  });

  it("prints what the README quotes", () => {
    const readme = readFileSync(path.join(__dirname, "../../README.md"), "utf8");
    const quoted = readme
      .split("`npm start` prints, among other things")[1]!
      .split("```")[1]!
      .trim()
      .split("\n");
    const printed = new Set(
      answer("deployed")
        .text.split("\n")
        .map((line) => line.trim()),
    );
    const lines = quoted.map((line) => line.trim()).filter((line) => line !== "" && line !== "...");
    expect(lines.filter((line) => !printed.has(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
  });

  it("gives the same bytes for the same seed, and others for another", () => {
    expect(answer("again")).toEqual(answer("seed 7"));
    expect(answer("again").text).not.toBe(answer("seed 8").text);
    const hashes = new Set(seeds.map((seed) => answer(`seed ${seed}`).traceHash));
    expect(hashes.size).toBe(seeds.length);
  });

  it("settles orders again within the drawn promotion time plus 60 s", () => {
    for (const seed of seeds) {
      const { promotionSeconds, settled } = answer(`seed ${seed}`);
      expect(promotionSeconds).toHaveLength(1);
      expect(promotionSeconds[0]).toBeGreaterThanOrEqual(60);
      expect(promotionSeconds[0]).toBeLessThanOrEqual(180);
      expect(settled.seconds! - promotionSeconds[0]!).toBeGreaterThan(20);
      expect(settled.seconds! - promotionSeconds[0]!).toBeLessThanOrEqual(60);
    }
  });
});

it("an ordinary half hour causes no failover", () => {
  const { broken, promotionSeconds, control } = answer("ordinary");
  expect(broken).toEqual([]);
  expect(promotionSeconds).toEqual([]);
  expect(control).toMatchObject({ active: "us-east-1", epoch: 1 });
});

describe("with a weakened platform, the drill fails", () => {
  it("because orders never settle again with an orchestrator at home", () => {
    expect(namesOfBroken("orchestrator at home")).toContain("orders settle again in time");
    expect(answer("orchestrator at home").promotionSeconds).toEqual([]);
    expect(answer("orchestrator at home").denied).toEqual([]);
  });

  it("because a stale home gets DNS back without the latch, but not with it", () => {
    expect(namesOfBroken("stale home")).toEqual([]);
    expect(namesOfBroken("stale home without latch")).toContain("DNS does not flip back by itself");
  });

  it("because orders closed on settlement are lost at 30 s of lag, and orders closed when seen are not", () => {
    expect(namesOfBroken("lag")).toEqual([]);
    expect(answer("lag").orders.lostByPromotion).toBeGreaterThan(10);
    const { orders } = answer("lag and closed on settlement");
    expect(namesOfBroken("lag and closed on settlement")).toEqual([
      "no acknowledged order is missing",
    ]);
    expect(orders.missing).toBe(orders.lostByPromotion);
  });
});
