import { beginningOf } from "../scenario/arming";
import { type RecoverySeconds, recoverySeconds } from "../scenario/recoverySeconds";
import { playOutage } from "../scenario/outage";
import { type Verdict, checkOutage, verdictOf } from "../scenario/promises";
import { splitBrainSeconds } from "../scenario/promises/splitBrain";
import { drawSchedule } from "../scenario/schedule";
import type { Design } from "./design";

/** What designs are compared by, of one outage. */
export interface Glance {
  seed: string;
  kind: string;
  verdict: Verdict;
  /** Two regions lost at once are not: no design passes them. */
  isSurvivable: boolean;
  broken: readonly { name: string; seen: string }[];
  /** Whether it is held to a recovery; the seconds mean nothing otherwise. */
  hasBound: boolean;
  recovery: RecoverySeconds;
  acknowledged: number;
  lost: number;
  doubled: number;
  splitBrainSeconds: number;
}

/** Plays what a seed draws against a design, of one kind where one is named. */
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
