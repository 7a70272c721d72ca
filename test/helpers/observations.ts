import * as fc from "fast-check";
import type { Control, How } from "../../lambda/control/control";
import type { Command, Observation, TargetDatabase } from "../../lambda/failover/decide";
import type { Evidence, ProbeResult, Progress } from "../../lambda/detection/evidence";
import { HOME, STANDBY, steadyControl } from "./fakeEnvironment";

export { HOME, STANDBY };
export const NOW_MS = Date.UTC(2026, 0, 5, 12);
export const ago = (seconds: number): number => NOW_MS - seconds * 1000;

// --- Examples: a world in which nothing is to be done, and what differs from it ---

export function controlWith(changes: Partial<Control> = {}): Control {
  return { ...steadyControl(ago(3_600)), ...changes };
}

/** Between the fence of epoch 2 and its activation. */
export function under(target: string, how: How, changes: Partial<Control> = {}): Control {
  return controlWith({ version: 6, epoch: 2, active: null, target, how, ...changes });
}

export const good: ProbeResult = {
  atMs: NOW_MS,
  home: "good",
  canary: "accepted",
  aliveAgeMs: 2_000,
};
export const bad: ProbeResult = {
  atMs: NOW_MS,
  home: "bad",
  canary: "unanswered",
  aliveAgeMs: 21_000,
};

/** Looks on the last slots, the last of them now. */
export function probes(...seen: readonly ProbeResult[]): ProbeResult[] {
  return seen.map((probe, i) => ({ ...probe, atMs: ago((seen.length - 1 - i) * 10) }));
}

export const settling: Progress = {
  epoch: 1,
  firstAtMs: ago(3_600),
  lastAtMs: ago(3),
  newestOrderAtMs: ago(5),
};

export function evidenceWith(changes: Partial<Evidence> = {}): Evidence {
  return {
    probes: probes(good, good, good),
    aliveAtMs: ago(2),
    progress: settling,
    waitingSinceMs: null,
    ...changes,
  };
}

/** Home has been silent for 30 s and three probes in a row were bad. */
export const homeLost: Evidence = evidenceWith({
  probes: probes(bad, bad, bad),
  aliveAtMs: ago(30),
  progress: { ...settling, lastAtMs: ago(32) },
});

export const ready: TargetDatabase = { isWriter: false, isPromoting: false, isReady: true };
export const writer: TargetDatabase = { isWriter: true, isPromoting: false, isReady: true };
export const unready: TargetDatabase = { isWriter: false, isPromoting: false, isReady: false };

export function observationWith(changes: Partial<Observation> = {}): Observation {
  return {
    self: STANDBY,
    home: HOME,
    standby: STANDBY,
    control: controlWith(),
    evidence: evidenceWith(),
    target: ready,
    command: null,
    isTick: true,
    memory: { sweptEpoch: 0, repointTriedEpoch: 0, paged: false, database: null },
    ...changes,
  };
}

// --- Anything that could be seen, worst first ---

const region = fc.constantFrom(HOME, STANDBY);
const how = fc.constantFrom<How>("start", "failover", "switchover");
const age = (...seconds: number[]) => fc.constantFrom(...seconds.map((one) => one * 1000));

/** A control item as the transitions leave it: a target is set exactly while none is active. */
export const anyControl: fc.Arbitrary<Control> = fc
  .record({
    version: fc.integer({ min: 1, max: 50 }),
    epoch: fc.integer({ min: 1, max: 4 }),
    isActive: fc.boolean(),
    region,
    how,
    disarmedForMs: fc.constantFrom(-NOW_MS, 0, 1, 600_000),
    notifiedBehind: fc.constantFrom(0, 1),
    repointedEpoch: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ isActive, region, disarmedForMs, notifiedBehind, ...rest }) => ({
    ...rest,
    active: isActive ? region : null,
    target: isActive ? null : region,
    sinceMs: ago(60),
    disarmedUntilMs: NOW_MS + disarmedForMs,
    notifiedEpoch: rest.epoch - notifiedBehind,
    newestRowAtMs: null,
    reason: "any",
  }));

export const anyProbe: fc.Arbitrary<Omit<ProbeResult, "atMs">> = fc.record({
  home: fc.constantFrom<ProbeResult["home"]>("bad", "bad", "bad", "blind", "good"),
  canary: fc.constantFrom<ProbeResult["canary"]>(
    "failed",
    "failed",
    "unanswered",
    "refused",
    "accepted",
  ),
  aliveAgeMs: fc.option(age(2, 10, 10.001, 20, 60)),
});

export const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  probes: fc
    .oneof(
      fc.array(anyProbe, { maxLength: 12 }),
      fc
        .tuple(fc.integer({ min: 5, max: 12 }), anyProbe)
        .map(([n, probe]) => Array.from({ length: n }, () => probe)),
    )
    .map((seen: Omit<ProbeResult, "atMs">[]) =>
      probes(...seen.map((probe) => ({ ...probe, atMs: 0 }))),
    ),
  aliveAtMs: fc.option(age(2, 20, 20.001, 60).map((ms) => NOW_MS - ms)),
  progress: fc.option(
    fc.record({
      epoch: fc.integer({ min: 1, max: 4 }),
      firstAtMs: age(100, 379, 382, 3_600).map((ms) => NOW_MS - ms),
      lastAtMs: age(2, 80, 80.001, 90).map((ms) => NOW_MS - ms),
      newestOrderAtMs: age(4, 80, 80.001, 90).map((ms) => NOW_MS - ms),
    }),
  ),
  waitingSinceMs: fc.option(age(10, 80, 80.001, 300).map((ms) => NOW_MS - ms)),
});

export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ action: fc.constant("failover" as const), to: region }),
  fc.record({ action: fc.constantFrom("failback" as const, "arm" as const, "disarm" as const) }),
);

export const anyTarget: fc.Arbitrary<TargetDatabase | "unknown"> = fc.oneof(
  { weight: 1, arbitrary: fc.constant("unknown" as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      isWriter: fc.boolean(),
      isPromoting: fc.boolean(),
      isReady: fc.option(fc.boolean()),
    }),
  },
);

export const anyObservation: fc.Arbitrary<Observation> = fc.record({
  self: fc.constantFrom(STANDBY, STANDBY, HOME),
  home: fc.constant(HOME),
  standby: fc.constant(STANDBY),
  control: fc.oneof(
    { weight: 10, arbitrary: anyControl },
    {
      weight: 1,
      arbitrary: fc.constantFrom("absent" as const, "malformed" as const, "unknown" as const),
    },
  ),
  evidence: anyEvidence,
  target: anyTarget,
  command: fc.option(anyCommand, { freq: 2 }),
  isTick: fc.boolean(),
  memory: fc.record({
    sweptEpoch: fc.integer({ min: 0, max: 4 }),
    repointTriedEpoch: fc.integer({ min: 0, max: 4 }),
    paged: fc.boolean(),
    database: fc.option(
      fc.record({ version: fc.integer({ min: 1, max: 9 }), epoch: fc.integer({ min: 0, max: 4 }) }),
    ),
  }),
});

/** Home has settled for long, in this epoch, and may be in any trouble: signs are likely here. */
export const anyTrouble: fc.Arbitrary<Observation> = anyObservation.chain((observation) =>
  fc
    .record({ evidence: anyEvidence, lastAgeMs: age(2, 80, 80.001, 90), isOld: fc.boolean() })
    .map(({ evidence, lastAgeMs, isOld }) => {
      const control = controlWith({ notifiedEpoch: isOld ? 1 : 0 });
      const progress = evidence.progress && {
        epoch: control.epoch,
        firstAtMs: ago(3_600),
        lastAtMs: NOW_MS - lastAgeMs,
        newestOrderAtMs: NOW_MS - lastAgeMs,
      };
      return {
        ...observation,
        self: STANDBY,
        control,
        command: null,
        evidence: { ...evidence, progress },
      };
    }),
);

/** Fixed, so that a test that passes once passes each time; printed by fast-check on failure. */
export const runs = (numRuns: number) => ({ numRuns, seed: 20_260_105 });
