import { ARMED_AFTER_SECONDS, LOOK_SLOT_SECONDS } from "../../lambda/detection/tunables";
import type { Drawn, Pair } from "./playing/armedPair";
import { play } from "./playing/client";

const asked: readonly Drawn[] = [
  ["region", "1"],
  ["settling", "3"],
];

let pairs: ReadonlyMap<string, Pair>;

beforeAll(async () => {
  const answers = await Promise.all(asked.map((drawn) => play("pair", drawn)));
  pairs = new Map(asked.map(([kind], i) => [kind, answers[i]!]));
}, 60_000);

describe.each(asked)("%s, seed %s, played from the deployment and from the snapshot", (kind) => {
  const pair = (): Pair => pairs.get(kind)!;

  it("has the same platform before the fault", () => {
    const [deployed, snapshot] = pair();
    expect(snapshot.timeless).toEqual(deployed.timeless);
    expect(snapshot.timeless.control).toMatchObject({ active: "us-east-1", epoch: 1 });
    expect(snapshot.timeless.items).toHaveLength(12);
    for (const { ages, atSeconds } of pair()) {
      for (const age of ["homeAlive", "standbyAlive", "progress", "newestRow"] as const) {
        expect(ages[age]).toBeLessThan(10);
      }
      const settledAtArming = ages.settledFor - atSeconds;
      expect(settledAtArming).toBeGreaterThanOrEqual(ARMED_AFTER_SECONDS);
      expect(settledAtArming).toBeLessThan(ARMED_AFTER_SECONDS + 20);
    }
  });

  it("has had no alarm by then, except the one on the standby's reachability", () => {
    for (const { rang } of pair()) expect(rang).toEqual(["dev-standby-reachable-use2"]);
  });

  it("ends in the same state", () => {
    const [deployed, snapshot] = pair();
    expect(snapshot.end).toEqual(deployed.end);
    expect(snapshot.end).toMatchObject({ broken: [], missing: [], doubled: [], failovers: 1 });
    expect(snapshot.end.control).toMatchObject({ active: "us-east-2", epoch: 2, how: "failover" });
  });

  it("takes equally long without the promotion, up to one polling slot", () => {
    const [deployed, snapshot] = pair().map(({ overhead }) => overhead!);
    expect(deployed).toBeGreaterThan(20);
    expect(Math.abs(snapshot! - deployed!)).toBeLessThanOrEqual(LOOK_SLOT_SECONDS);
  });
});

it("an outage that starts after a takeover begins in the state that a played takeover leaves", async () => {
  const [played, snapshot] = await play("takenOver", undefined);
  // Expected differences: before the snapshot only canary orders were placed, and since then home
  // has settled none.
  const ofClients = /session-\d:|settling-silent-use1|degraded-use1/;
  for (const { timeless } of [played, snapshot]) {
    for (const name of ["items", "alarms"] as const) {
      timeless[name] = timeless[name].filter((text) => !ofClients.test(text));
    }
  }
  expect(snapshot).toEqual(played);
  expect(snapshot.broken).toEqual([]);
  const { control, members } = snapshot.timeless;
  expect(control).toMatchObject({ active: "us-east-2", epoch: 2, how: "failover" });
  expect(control).toMatchObject({ notifiedEpoch: 2, repointedEpoch: 2 });
  expect(members.map(({ role, writerEpoch }) => [role, writerEpoch])).toEqual([
    ["reader", 2],
    ["writer", 2],
  ]);
  expect(snapshot.host).toContain("us-east-2");
}, 60_000);
