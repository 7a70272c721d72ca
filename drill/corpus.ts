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
  {
    seed: "1.1",
    found:
      "the standby was lost together with home's writer: nobody could fail over to it; recovery is " +
      "counted from the moment it looks at home again with the ledger behind it",
  },
  {
    seed: "7.4",
    found: "the same where a cut takes the ledger from the standby while home accepts nothing",
  },
  {
    seed: "1.280",
    found: "the same in the middle of a promotion, 20 s before the activation",
  },
  {
    seed: "1.812",
    found: "the same with the standby lost before home's authorizer failed",
  },
  {
    seed: "1.209",
    found:
      "two losses of one region overlapped, and the end of the first brought it back: what several " +
      "faults hold is given back by the last of them",
  },
  {
    seed: "1.36",
    found:
      "the checker took an operator's `status`, asked of home's orchestrator during a takeover, for " +
      "a step of the takeover",
  },
  {
    seed: "1.398",
    found: "the same checker, of an operator's command at home",
  },
  {
    seed: "1.510",
    found: "the same checker, of an operator's command after the promotion",
  },
  {
    seed: "1.162",
    found:
      "with two regions lost DNS went home while the returning standby had no ledger yet: its latch " +
      "is then as unknown as with the standby gone, which the checker allowed already",
  },
];
