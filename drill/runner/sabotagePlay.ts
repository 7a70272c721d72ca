import { beginningOf } from "../scenario/arming";
import { type RecoverySeconds, recoverySeconds } from "../scenario/recoverySeconds";
import { playOutage } from "../scenario/outage";
import { type Verdict, checkOutage, verdictOf } from "../scenario/promises";
import { splitBrainSeconds } from "../scenario/promises/splitBrain";
import { drawSchedule } from "../scenario/schedule";
import type { Design } from "./design";

/** The results of one outage by which designs are compared. */
export interface Glance {
  seed: string;
  kind: string;
  verdict: Verdict;
  /** False if two regions are lost at once: no design passes that. */
  isSurvivable: boolean;
  broken: readonly { name: string; seen: string }[];
  /** Whether a recovery bound applies. Without one, the seconds have no meaning. */
  hasBound: boolean;
  recovery: RecoverySeconds;
  acknowledged: number;
  lost: number;
  doubled: number;
  splitBrainSeconds: number;
}

/** Plays what a seed draws against a design, of the given kind if there is one. */
export async function glance({ platform }: Design, seed: string, kind?: string): Promise<Glance> {
  const schedule = drawSchedule(seed, { kind });
  const outage = await playOutage(platform, {
    seed,
    schedule,
    beginning: await beginningOf(platform, schedule.start),
  });
  const broken = checkOutage(outage);
  const { acknowledged, missing, doubled } = outage.verdict;
  return {
    seed,
    kind: schedule.kind,
    verdict: verdictOf(outage, broken),
    broken: broken.map(({ name, seen }) => ({ name, seen })),
    isSurvivable: schedule.isSurvivable,
    hasBound: schedule.bound !== undefined,
    recovery: recoverySeconds(outage),
    acknowledged,
    lost: missing.length,
    doubled: doubled.length,
    splitBrainSeconds: splitBrainSeconds(outage.world),
  };
}
