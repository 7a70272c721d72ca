import { Random } from "../../support/simulation/random";

/** What is killed or cut in a round. */
export const kinds = {
  writer: "kill -9 of the writing PostgreSQL",
  processor: "kill -9 of order-processor in the middle of a batch",
  orchestrator: "kill -9 of PostgreSQL, then of failover-orchestrator during the failover",
  region: "home reaches nothing outside of it",
} as const;
export type Kind = keyof typeof kinds;

const CYCLE = Object.keys(kinds).length;

/** Calls of a failover after which failover-orchestrator is killed. */
const steps = [
  "control item",
  "rds FailoverGlobalCluster",
  "lambda activate",
  "sns Publish",
] as const;

export interface Choices {
  kind: Kind;
  /** Replication is held back for so long before the fault. */
  heldBackMs: number;
  /** From the start of a batch to the end of its process. */
  batchMs: number;
  /** The call after which failover-orchestrator ends. */
  step: (typeof steps)[number];
}

/** The choices of a round. Each cycle of four rounds has one of each kind. */
export function choicesOf(seed: string, round: number): Choices {
  const cycle = new Random(`${seed}/cycle ${Math.floor(round / CYCLE)}`).stream("kinds");
  const shuffled = (Object.keys(kinds) as Kind[])
    .map((kind) => ({ kind, at: cycle.uniform() }))
    .sort((one, other) => one.at - other.at);
  const { kind } = shuffled[round % CYCLE]!;
  const stream = new Random(`${seed}/${round}`).stream("choices");
  return {
    kind,
    heldBackMs: stream.integer(1_000, 3_000),
    batchMs: stream.integer(0, 40),
    step: stream.pick(steps),
  };
}
