/**
 * The allowed recovery in seconds. The p99 applies to a batch of outages, the maximum to each
 * outage.
 */
export interface Bound {
  readonly name: string;
  /** When two faults overlap, the bound with the higher rank applies. */
  readonly rank: number;
  readonly settledP99Seconds?: number;
  readonly settledGoalSeconds?: number;
  readonly settledMaxSeconds?: number;
  readonly acceptedP99Seconds?: number;
  /** Seconds until orders settle, minus the drawn promotion time. */
  readonly overheadP99Seconds?: number;
  readonly overheadMaxSeconds?: number;
}

/** Every bound that docs/drill.md names. */
export const bounds = {
  homeLost: {
    name: "region or API lost",
    rank: 1,
    settledP99Seconds: 230,
    settledGoalSeconds: 220,
    settledMaxSeconds: 260,
    acceptedP99Seconds: 165,
  },
  settlingStopped: {
    name: "settling stopped",
    rank: 2,
    settledP99Seconds: 285,
    settledMaxSeconds: 300,
  },
  acceptingStopped: {
    name: "accepting stopped",
    rank: 3,
    settledP99Seconds: 285,
    settledMaxSeconds: 300,
    acceptedP99Seconds: 200,
  },
  hampered: {
    name: "region or API lost, with one trigger path, a crash or a refused promotion",
    rank: 4,
    settledP99Seconds: 290,
    settledMaxSeconds: 300,
    acceptedP99Seconds: 165,
  },
  acceptingHampered: {
    name: "accepting stopped, with one trigger path, a crash or a refused promotion",
    rank: 4,
    settledP99Seconds: 290,
    settledMaxSeconds: 300,
    acceptedP99Seconds: 200,
  },
  // The maximum is our own choice: waiting for the flapping to end takes 400 s or more.
  flapping: { name: "flapping", rank: 5, overheadP99Seconds: 150, overheadMaxSeconds: 240 },
  rdsReturns: { name: "from RDS's return", rank: 6, overheadP99Seconds: 90 },
  commanded: { name: "from the operator's command", rank: 7, overheadP99Seconds: 90 },
} as const satisfies Record<string, Bound>;

/** For a combination of faults: the largest value of each measure among the bounds of its parts. */
export function largest(parts: readonly (Bound | undefined)[]): Bound | undefined {
  const known = parts.filter((bound) => bound !== undefined).sort((a, b) => b.rank - a.rank);
  const isAccepting = known.includes(bounds.acceptingStopped);
  return isAccepting && known[0] === bounds.hampered ? bounds.acceptingHampered : known[0];
}
