import { DISARM_SECONDS } from "../../../lambda/control/tunables";
import * as fc from "fast-check";
import {
  isArmed,
  areSuspicious,
  lastAliveAtMs,
  lastProgress,
  mergeProbes,
  progressIsStale,
  signOf,
  type Evidence,
  type ProbeResult,
  type Progress,
  type Sign,
} from "../../../lambda/detection/evidence";
import type { Reading } from "../../../lambda/detection/storedEvidence";
import {
  ago,
  anyEvidence,
  bad,
  controlWith,
  evidenceWith,
  good,
  HOME,
  probes,
  NOW_MS,
  runs,
  settling,
  STANDBY,
} from "../../helpers/observations";

const blind: ProbeResult = { ...bad, home: "blind" };
const refused: ProbeResult = { ...good, home: "refused", canary: "refused" };
/** Bad, while home had written its sign of life 10 s before, and a millisecond earlier. */
const fresh: ProbeResult = { ...bad, aliveAgeMs: 10_000 };
const flap: ProbeResult = { ...bad, aliveAgeMs: 10_001 };
const silent: ProbeResult = { ...bad, aliveAgeMs: null };
const failed: ProbeResult = { ...good, canary: "failed" };
const stale = { ...settling, lastAtMs: ago(80) - 1, newestOrderAtMs: ago(82) };
/** Old orders are settled still. */
const nothingNew = { ...settling, newestOrderAtMs: ago(80) - 1 };
const many = (count: number, probe: ProbeResult): ProbeResult[] =>
  Array.from({ length: count }, () => probe);
const sign = (changes: Partial<Evidence>, nowMs = NOW_MS) =>
  signOf(controlWith(), evidenceWith(changes), nowMs);

describe("boundaries", () => {
  const lost = { probes: probes(bad, bad, bad), aliveAtMs: ago(20) - 1 };

  test.each<[string, Partial<Evidence>, Sign | null]>([
    ["nothing wrong", {}, null],
    ["home lost: 3 bad probes, silent for more than 20 s", lost, "home lost"],
    ["silent for 20 s exactly", { ...lost, aliveAtMs: ago(20) }, null],
    ["silence unknown", { ...lost, aliveAtMs: null }, null],
    ["2 bad probes", { ...lost, probes: probes(bad, bad) }, null],
    ["3 bad probes, then a good one", { ...lost, probes: probes(bad, bad, bad, good) }, null],
    ["a good one among 3", { ...lost, probes: probes(bad, good, bad, bad) }, null],
    ["a blind one among 3", { ...lost, probes: probes(bad, bad, blind, bad) }, null],
    [
      "3 bad probes, and refused ones between and after them",
      { ...lost, probes: probes(bad, refused, bad, bad, refused) },
      "home lost",
    ],
    ["3 refused ones", { ...lost, probes: probes(refused, refused, refused) }, null],
    ["3 blind ones", { ...lost, probes: probes(blind, blind, blind) }, null],
    ["no probes at all", { ...lost, probes: [] }, null],

    ["flapping: 4 of 12", { probes: probes(...many(4, flap), ...many(8, good)) }, "home flapping"],
    ["3 of 12", { probes: probes(...many(3, flap), ...many(9, good)) }, null],
    ["4 of 12, alive 10 s before", { probes: probes(...many(4, fresh), ...many(8, good)) }, null],
    [
      "4 of 12, in one of them alive 10 s before",
      { probes: probes(fresh, ...many(3, flap), ...many(8, good)) },
      null,
    ],
    [
      "4 of 12, in one of them unknown",
      { probes: probes({ ...flap, aliveAgeMs: null }, ...many(3, flap), ...many(8, good)) },
      null,
    ],
    [
      "4 of 12, one of them blind",
      { probes: probes({ ...flap, home: "blind" }, ...many(3, flap), ...many(8, good)) },
      null,
    ],
    [
      "every third probe",
      { probes: probes(...many(4, flap).flatMap((probe) => [probe, good, good])) },
      "home flapping",
    ],

    [
      "settling stopped: silent and an order waiting, both for more than 80 s",
      { progress: stale, waitingSinceMs: ago(80) - 1 },
      "settling stopped",
    ],
    [
      "progress 80 s old",
      { progress: { ...stale, lastAtMs: ago(80) }, waitingSinceMs: ago(300) },
      null,
    ],
    ["an order waiting for 80 s", { progress: stale, waitingSinceMs: ago(80) }, null],
    ["no order waiting", { progress: stale }, null],
    [
      "progress of another epoch",
      { progress: { ...stale, epoch: 2 }, waitingSinceMs: ago(300) },
      null,
    ],
    ["progress unknown", { progress: null, waitingSinceMs: ago(300) }, null],

    [
      "accepting stopped: 6 probes' canaries answered 5xx, nothing settled that is new",
      { progress: nothingNew, probes: probes(...many(6, failed)) },
      "accepting stopped",
    ],
    [
      "accepting stopped, and settling silent, too, with no order waiting",
      { progress: stale, probes: probes(...many(6, failed)) },
      "accepting stopped",
    ],
    ["5 probes", { progress: nothingNew, probes: probes(...many(5, failed)) }, null],
    ["6, not the last 6", { progress: nothingNew, probes: probes(...many(6, failed), good) }, null],
    [
      "one of 6 unanswered",
      {
        progress: nothingNew,
        probes: probes(...many(5, failed), { ...failed, canary: "unanswered" }),
      },
      null,
    ],
    [
      "5 probes and a refused one",
      { progress: nothingNew, probes: probes(refused, ...many(5, failed)) },
      null,
    ],
    [
      "6 probes, and refused ones between and after them",
      {
        progress: nothingNew,
        probes: probes(...many(3, failed), refused, refused, ...many(3, failed), refused),
      },
      "accepting stopped",
    ],
    [
      "6 probes, one accepted among them",
      { progress: nothingNew, probes: probes(...many(3, failed), good, ...many(3, failed)) },
      null,
    ],
    [
      "6 probes, the newest order accepted 80 s ago",
      { progress: { ...settling, newestOrderAtMs: ago(80) }, probes: probes(...many(6, failed)) },
      null,
    ],
    [
      "6 probes, nothing new in another epoch",
      { progress: { ...nothingNew, epoch: 2 }, probes: probes(...many(6, failed)) },
      null,
    ],
    [
      "6 probes, what is settled unknown",
      { progress: null, probes: probes(...many(6, failed)) },
      null,
    ],

    [
      "both: home lost is told first",
      { ...lost, progress: stale, waitingSinceMs: ago(300) },
      "home lost",
    ],
  ])("%s", (_what, changes, expected) => {
    expect(sign(changes)).toBe(expected);
  });

  test.each<[number, Sign | null]>([
    [130_000, "home lost"],
    [130_001, null],
  ])("the first of three bad probes is %d ms old", (ageMs, expected) => {
    const seen = [ageMs, 10_000, 0].map((one) => ({ ...bad, atMs: NOW_MS - one }));
    expect(sign({ ...lost, probes: seen })).toBe(expected);
  });
});

test.each<[string, Reading<number>, ProbeResult[], number | null]>([
  ["the item's time", ago(3), probes(good), ago(3)],
  ["the last one known if the item makes no sense", "absent", probes(bad, good), ago(2)],
  ["the last one known, whichever probe knew it", "absent", probes(good, silent), ago(12)],
  ["unknown if nothing was known", "absent", probes(silent), null],
  ["unknown if the item is unreadable", "unknown", probes(good), null],
])("home's last heartbeat is %s", (_what, read, seen, expected) => {
  expect(lastAliveAtMs(read, seen)).toBe(expected);
});

test.each<[string, Reading<Progress>, Progress | null, Progress | null]>([
  ["the item", settling, null, settling],
  ["the item of a later epoch", { ...settling, epoch: 2 }, settling, { ...settling, epoch: 2 }],
  [
    "the item, since the first time that was known",
    { ...settling, firstAtMs: ago(9) },
    settling,
    settling,
  ],
  ["the last one known if the item makes no sense", "absent", settling, settling],
  ["unknown if the item is unreadable", "unknown", settling, null],
])("home's progress is %s", (_what, read, known, expected) => {
  expect(lastProgress(read, known)).toEqual(expected);
});

test.each<[boolean, Parameters<typeof progressIsStale>[1]]>([
  [false, null],
  [false, { ...settling, lastAtMs: ago(80) }],
  [true, stale],
  [false, { ...stale, epoch: 2 }],
  [false, { ...stale, epoch: 0 }],
])("progress is stale: %p for %j", (expected, progress) => {
  expect(progressIsStale(controlWith(), progress, NOW_MS)).toBe(expected);
});

const fiveMinutes = { ...settling, firstAtMs: ago(300), lastAtMs: NOW_MS };
test.each<[boolean, Parameters<typeof controlWith>[0], Parameters<typeof isArmed>[2]]>([
  [true, {}, fiveMinutes],
  [false, {}, { ...fiveMinutes, firstAtMs: ago(300) + 1 }],
  [false, {}, null],
  [false, {}, { ...fiveMinutes, epoch: 0 }],
  [false, { epoch: 2 }, fiveMinutes],
  [false, { active: STANDBY }, fiveMinutes],
  [false, { active: null, target: HOME }, fiveMinutes],
  [true, { disarmedUntilMs: NOW_MS }, fiveMinutes],
  [false, { disarmedUntilMs: NOW_MS + 1 }, fiveMinutes],
  [false, { disarmedUntilMs: NOW_MS + 2 * DISARM_SECONDS * 1000 }, fiveMinutes],
  [true, { disarmedUntilMs: NOW_MS + 2 * DISARM_SECONDS * 1000 + 1 }, fiveMinutes],
  [true, { disarmedUntilMs: 1e300 }, fiveMinutes],
])("armed: %p for %j and %j", (expected, control, progress) => {
  expect(isArmed(controlWith(control), HOME, progress, NOW_MS)).toBe(expected);
});

test.each<[boolean, string, ProbeResult[]]>([
  [false, "nothing", []],
  [false, "2 bad", probes(bad, bad)],
  [true, "3 bad", probes(good, bad, bad, bad)],
  [true, "3 bad, however fresh home's sign of life", probes(...many(3, { ...bad, aliveAgeMs: 0 }))],
  [false, "3 blind", probes(blind, blind, blind)],
  [false, "3 of 12", probes(bad, good, ...many(2, bad), ...many(8, good))],
  [true, "4 of 12", probes(...many(4, bad), ...many(8, good))],
  [false, "4 of 12, one of them blind", probes(blind, ...many(3, bad), ...many(8, good))],
])("suspicious: %p for %s", (expected, _what, seen) => {
  expect(areSuspicious(seen)).toBe(expected);
});

describe("for any evidence", () => {
  test("a later heartbeat or later progress can remove a sign but not cause one", () => {
    fc.assert(
      fc.property(anyEvidence, fc.integer({ min: 0, max: 100_000 }), (evidence, laterMs) => {
        const renewed: Evidence = {
          ...evidence,
          aliveAtMs: evidence.aliveAtMs && Math.min(NOW_MS, evidence.aliveAtMs + laterMs),
          progress: evidence.progress && {
            ...evidence.progress,
            lastAtMs: Math.min(NOW_MS, evidence.progress.lastAtMs + laterMs),
            newestOrderAtMs: Math.min(NOW_MS, evidence.progress.newestOrderAtMs + laterMs),
          },
        };
        const before = signOf(controlWith(), evidence, NOW_MS);
        if (before === null) expect(signOf(controlWith(), renewed, NOW_MS)).toBeNull();
      }),
      runs(1_000),
    );
  });

  test("a probe that becomes good causes no sign", () => {
    fc.assert(
      fc.property(anyEvidence, fc.nat({ max: 11 }), (evidence, which) => {
        const seen = evidence.probes.map((probe, i) =>
          i === which ? { ...probe, home: "good" as const, canary: "accepted" as const } : probe,
        );
        if (signOf(controlWith(), evidence, NOW_MS) === null) {
          expect(signOf(controlWith(), { ...evidence, probes: seen }, NOW_MS)).toBeNull();
        }
      }),
      runs(1_000),
    );
  });

  test("old probes are ignored", () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const old = evidence.probes.map((probe) => ({ ...probe, atMs: probe.atMs - 130_001 }));
        const none = signOf(controlWith(), { ...evidence, probes: [] }, NOW_MS);
        expect(signOf(controlWith(), { ...evidence, probes: old }, NOW_MS)).toBe(none);
      }),
      runs(1_000),
    );
  });
});

describe("probes of two loops", () => {
  const at = (seconds: number, home: ProbeResult["home"]): ProbeResult => ({
    atMs: seconds * 1000,
    home,
    canary: "accepted",
    aliveAgeMs: 0,
  });

  it("are merged by time", () => {
    const sentinels = [at(0, "good"), at(10, "bad"), at(20, "bad")];
    expect(mergeProbes([at(20, "bad"), at(30, "bad")], sentinels)).toEqual([
      at(0, "good"),
      at(10, "bad"),
      at(20, "bad"),
      at(30, "bad"),
    ]);
  });

  it("count once per slot, and own results come first", () => {
    expect(mergeProbes([at(23, "good")], [at(20, "bad")])).toEqual([at(23, "good")]);
  });

  it("are limited to LOOKS_KEPT", () => {
    const many = Array.from({ length: 20 }, (_, i) => at(i * 10, "good"));
    expect(mergeProbes([at(200, "bad")], many)).toEqual([...many.slice(-11), at(200, "bad")]);
  });
});
