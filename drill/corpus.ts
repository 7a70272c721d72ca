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
  {
    seed: "4",
    kind: "orchestrator killed",
    found:
      "an operator was paged that the standby is not available, while another run had it promoted; " +
      "no page while a promotion is under way",
  },
  {
    seed: "3",
    kind: "flapping",
    found:
      "the checker of two witnesses looked at home's silence when the fence was written, not when " +
      "it was decided: home had come back in between",
  },
  {
    seed: "2",
    kind: "flapping at the threshold",
    found:
      "the same checker knew of looks on the slots only: a run that is invoked looks in between",
  },
  {
    seed: "1189",
    found:
      "no client ordered anything while the platform recovered, so that recovery was measured by " +
      "the first order minutes later; such outages are held to no time",
  },
];
