import type { Control } from "../shipped";
import type { Recovery } from "../scenario/measures";
import type { Outage } from "../scenario/outage";
import type { BrokenPromise } from "../scenario/promises";
import { type Steps, stepsOf } from "./budget";
import { type CanaryStory, canariesOf } from "./canaries";

/** What is kept of an outage after its world is discarded; times in seconds from the fault. */
export interface Summary {
  seed: string;
  fault: string;
  passed: boolean;
  broken: readonly BrokenPromise[];
  promotionSeconds: readonly number[];
  accepted: Recovery;
  settled: Recovery;
  steps: Steps;
  orders: {
    placed: number;
    acknowledged: number;
    present: number;
    rejected: number;
    missing: number;
    doubled: number;
    altered: number;
    lostByPromotion: number;
  };
  timeline: readonly { seconds: number; text: string }[];
  /** Synthetics canaries; empty if they were not played. */
  canaries: readonly CanaryStory[];
  denied: readonly string[];
  control: Control | undefined;
  virtualSeconds: number;
  eventsPlayed: number;
  traceHash: string;
}

export function summarize(outage: Outage, broken: readonly BrokenPromise[]): Summary {
  const { seed, faultName, accepted, settled, verdict, journal, control, faultMs, world } = outage;
  const { simulation } = world.base;
  return {
    seed,
    fault: faultName,
    passed: broken.length === 0,
    broken,
    promotionSeconds: journal.promotions.map(({ promotionMs }) => promotionMs / 1000),
    accepted,
    settled,
    steps: stepsOf(outage),
    orders: {
      ...verdict,
      missing: verdict.missing.length,
      rejected: verdict.rejected.length,
      doubled: verdict.doubled.length,
      altered: verdict.altered.length,
      lostByPromotion: journal.rowsLost,
    },
    timeline: journal.moments.map(({ atMs, text }) => ({
      seconds: Math.round((atMs - faultMs) / 100) / 10,
      text,
    })),
    canaries: canariesOf(outage),
    denied: [...journal.denied],
    control,
    virtualSeconds: (outage.endMs - outage.startMs) / 1000,
    eventsPlayed: simulation.eventsPlayed,
    traceHash: simulation.trace.hash,
  };
}
