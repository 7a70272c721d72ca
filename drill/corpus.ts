/** An outage that once failed, or that shows something rare: played by every test run. */
export interface NamedSeed {
  readonly seed: string;
  readonly kind?: string;
  /** What it found, and what was done. */
  readonly found: string;
}

export const corpus: readonly NamedSeed[] = [
  {
    seed: "18",
    kind: "second region lost",
    found:
      "orders settled 140 s above the promotion: DNS returned only once home was active; " +
      "/health?after=n is healthy from the fence to home on",
  },
];
