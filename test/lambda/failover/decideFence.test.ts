import * as fc from "fast-check";
import type { Control } from "../../../lambda/control/control";
import { decide, type Action, type Observation } from "../../../lambda/failover/decide";
import type { Evidence } from "../../../lambda/detection/evidence";
import {
  ago,
  anyObservation,
  anyTrouble,
  controlWith,
  HOME,
  homeLost,
  NOW_MS,
  observationWith,
  runs,
  settling,
  STANDBY,
} from "../../helpers/observations";

const decideNow = (changes: Partial<Observation>): Action =>
  decide(observationWith(changes), NOW_MS);
const isAutomaticFence = (action: Action) => action.do === "fence" && action.isAutomatic;

describe("an automatic fence", () => {
  /** Written without the shipped rules: what we see ourselves, and what home itself last wrote. */
  const weSee = ({ probes, waitingSinceMs }: Evidence): boolean =>
    probes.filter(({ home }) => home === "bad").length >= 3 ||
    probes.filter(({ canary }) => canary === "failed").length >= 6 ||
    waitingSinceMs !== null;
  const homeFellSilent = ({ probes, aliveAtMs, progress }: Evidence): boolean =>
    (aliveAtMs !== null && aliveAtMs < ago(20)) ||
    probes.filter(({ aliveAgeMs }) => aliveAgeMs !== null && aliveAgeMs > 10_000).length >= 4 ||
    (progress !== null && progress.lastAtMs < ago(80));

  test("needs two witnesses for every sign", () => {
    const signs = new Map<string, number>();
    fc.assert(
      fc.property(anyTrouble, (observation) => {
        const action = decide(observation, NOW_MS);
        if (action.do !== "fence") return true;
        signs.set(action.because, (signs.get(action.because) ?? 0) + 1);
        return weSee(observation.evidence) && homeFellSilent(observation.evidence);
      }),
      runs(3_000),
    );
    expect([...signs.keys()].sort()).toEqual([
      "accepting stopped",
      "home flapping",
      "home lost",
      "settling stopped",
    ]);
    expect(Math.min(...signs.values())).toBeGreaterThanOrEqual(10);
  });

  const silenced: [string, (evidence: Evidence) => Evidence][] = [
    [
      "home's own writing is unknown",
      (evidence) => ({
        ...evidence,
        aliveAtMs: null,
        progress: null,
        probes: evidence.probes.map((probe) => ({ ...probe, aliveAgeMs: null })),
      }),
    ],
    [
      "our own probes are good and no order waits",
      (evidence) => ({
        ...evidence,
        waitingSinceMs: null,
        probes: evidence.probes.map((probe) => ({ ...probe, home: "good", canary: "accepted" })),
      }),
    ],
    [
      "we are blind and no order waits",
      (evidence) => ({
        ...evidence,
        waitingSinceMs: null,
        probes: evidence.probes.map((probe) => ({ ...probe, home: "blind", canary: "unanswered" })),
      }),
    ],
    [
      "home writes",
      (evidence) => ({
        ...evidence,
        aliveAtMs: ago(20),
        progress: evidence.progress && {
          ...evidence.progress,
          lastAtMs: ago(80),
          newestOrderAtMs: ago(80),
        },
        probes: evidence.probes.map((probe) => ({ ...probe, aliveAgeMs: 10_000 })),
      }),
    ],
  ];

  test.each(silenced)("does not happen if %s", (_when, silence) => {
    fc.assert(
      fc.property(anyTrouble, (observation) => {
        const evidence = silence(observation.evidence);
        return !isAutomaticFence(decide({ ...observation, evidence }, NOW_MS));
      }),
      runs(1_000),
    );
  });

  test("treats a blind probe like a good one", () => {
    fc.assert(
      fc.property(anyTrouble, (observation) => {
        const { evidence } = observation;
        const seen = evidence.probes.map((probe) =>
          probe.home === "blind" ? { ...probe, home: "good" as const } : probe,
        );
        expect(decide({ ...observation, evidence: { ...evidence, probes: seen } }, NOW_MS)).toEqual(
          decide(observation, NOW_MS),
        );
      }),
      runs(1_000),
    );
  });

  test("is decided only by the standby's orchestrator, while armed and home is active", () => {
    fc.assert(
      fc.property(fc.oneof(anyObservation, anyTrouble), (observation) => {
        const action = decide(observation, NOW_MS);
        if (!isAutomaticFence(action)) return;
        const { progress } = observation.evidence;
        const control = observation.control as Control;
        expect(action).toMatchObject({ target: STANDBY, how: "failover" });
        expect(observation.self).toBe(STANDBY);
        expect(control.active).toBe(HOME);
        expect(control.disarmedUntilMs).toBeLessThanOrEqual(NOW_MS);
        expect(progress!.epoch).toBe(control.epoch);
        expect(progress!.lastAtMs - progress!.firstAtMs).toBeGreaterThanOrEqual(300_000);
      }),
      runs(3_000),
    );
  });

  test.each<[string, Partial<Observation>, boolean]>([
    [
      "five minutes of settling",
      {
        evidence: {
          ...homeLost,
          progress: { ...settling, firstAtMs: ago(332), lastAtMs: ago(32) },
        },
      },
      true,
    ],
    [
      "a millisecond less",
      {
        evidence: {
          ...homeLost,
          progress: { ...settling, firstAtMs: ago(332) + 1, lastAtMs: ago(32) },
        },
      },
      false,
    ],
    [
      "settling in an older epoch",
      { evidence: { ...homeLost, progress: { ...settling, epoch: 0 } } },
      false,
    ],
    ["no settling known", { evidence: { ...homeLost, progress: null } }, false],
    [
      "disarmed until now",
      { evidence: homeLost, control: controlWith({ disarmedUntilMs: NOW_MS }) },
      true,
    ],
    [
      "disarmed a millisecond longer",
      { evidence: homeLost, control: controlWith({ disarmedUntilMs: NOW_MS + 1 }) },
      false,
    ],
  ])("is armed after %s: %#", (_what, changes, isArmed) => {
    expect(isAutomaticFence(decideNow(changes))).toBe(isArmed);
  });
});
