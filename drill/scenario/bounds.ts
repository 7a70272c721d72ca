/** What recovery is held to, in seconds. A batch is held to the p99, each outage to the maximum. */
export interface Bound {
  readonly name: string;
  /** Of two faults at once the one with the higher rank says what they are held to. */
  readonly rank: number;
  readonly settledP99Seconds?: number;
  readonly settledGoalSeconds?: number;
  readonly settledMaxSeconds?: number;
  readonly acceptedP99Seconds?: number;
  /** Settled, above the promotion that was drawn. */
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
  // The maximum is ours: whoever waits for the flapping's end takes 400 s and more.
  flapping: { name: "flapping", rank: 5, overheadP99Seconds: 150, overheadMaxSeconds: 240 },
  rdsReturns: { name: "from RDS's return", rank: 6, overheadP99Seconds: 90 },
  commanded: { name: "from the operator's command", rank: 7, overheadP99Seconds: 90 },
} as const satisfies Record<string, Bound>;

/** The largest bound among the parts of a combination, in each of what is measured. */
export function largest(parts: readonly (Bound | undefined)[]): Bound | undefined {
  const known = parts.filter((bound) => bound !== undefined).sort((a, b) => b.rank - a.rank);
  const isAccepting = known.includes(bounds.acceptingStopped);
  return isAccepting && known[0] === bounds.hampered ? bounds.acceptingHampered : known[0];
}
