/** An outage that once failed, or that shows something rare: played by every test run. */
export interface NamedSeed {
  readonly seed: string;
  readonly kind?: string;
  /** What it found, and what was done. */
  readonly found: string;
}

export const corpus: readonly NamedSeed[] = [
  {
    seed: "1.2902",
    kind: "combination",
    found:
      "no order was accepted, but old ones settled while processors froze, so that settling looked " +
      "alive and the fence came 200 s after the fault; progress names the newest order it settled",
  },
  {
    seed: "1.7265",
    kind: "combination",
    found: "the same with statements that hang",
  },
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
    kind: "combination",
    found:
      "no client ordered anything while the platform recovered, so that recovery was measured by " +
      "the first order minutes later; such outages are held to no time",
  },
  {
    seed: "1.1",
    kind: "combination",
    found:
      "the standby was lost together with home's writer: nobody could fail over to it; recovery is " +
      "counted from the moment it looks at home again with the ledger behind it",
  },
  {
    seed: "7.4",
    kind: "combination",
    found: "the same where a cut takes the ledger from the standby while home accepts nothing",
  },
  {
    seed: "1.280",
    kind: "combination",
    found: "the same in the middle of a promotion, 20 s before the activation",
  },
  {
    seed: "1.812",
    kind: "combination",
    found: "the same with the standby lost before home's authorizer failed",
  },
  {
    seed: "1.209",
    kind: "combination",
    found:
      "two losses of one region overlapped, and the end of the first brought it back: what several " +
      "faults hold is given back by the last of them",
  },
  {
    seed: "1.36",
    kind: "combination",
    found:
      "the checker took an operator's `status`, asked of home's orchestrator during a takeover, for " +
      "a step of the takeover",
  },
  {
    seed: "1.398",
    kind: "combination",
    found: "the same checker, of an operator's command at home",
  },
  {
    seed: "1.510",
    kind: "combination",
    found: "the same checker, of an operator's command after the promotion",
  },
  {
    seed: "1.162",
    kind: "two regions lost",
    found:
      "with two regions lost DNS went home while the returning standby had no ledger yet: its latch " +
      "is then as unknown as with the standby gone, which the checker allowed already",
  },
  {
    seed: "2.303",
    kind: "fault in a failback",
    found:
      "recovery of a takeover long over was counted from the standby's return after a second loss: " +
      "only who waits for a takeover waits for the standby",
  },
  {
    seed: "2.845",
    kind: "combination",
    found:
      "order-processors that freeze in both regions settle some orders late for minutes after the " +
      "takeover; under such a fault recovery is the first order that settles promptly",
  },
  {
    seed: "2.828",
    kind: "deployment",
    found:
      "home's API failed for 5 s between two looks while functions were replaced: no metric of the " +
      "program's own can know; a deployment has its operator",
  },
  {
    seed: "2.945",
    kind: "combination",
    found:
      "order-processors that had frozen went on settling for 190 s what home had accepted before its " +
      "authorizer failed: settling had not stopped; recovery counts from the end of the freezing",
  },
  {
    seed: "3.608",
    kind: "flapping below the threshold",
    found:
      "nobody was told of a minute in which six of 58 orders failed, two of them canaries: the alarm " +
      "asked for three and now asks for two",
  },
  {
    seed: "2.718",
    kind: "fault in a failback",
    found:
      "recovery was counted from the standby's return although its takeover was over before it went; " +
      "only a standby that is away while it should take over moves the beginning",
  },
  {
    seed: "1.3283",
    kind: "two regions lost",
    found:
      "DNS had left a sick home before any fence and followed it back for 12 s, while the latch of " +
      "the fence that came was not known yet: no flip back, home had got well",
  },
  {
    seed: "1.9",
    kind: "combination",
    found:
      "recovery was counted from seconds before the end, too late for the half minute in which it is " +
      "seen; an outage is played for a minute from there on, or from the end of the last fault",
  },
  {
    seed: "8.18",
    kind: "combination",
    found:
      "a fence that hung in a ledger without quorum was carried out five minutes later, on evidence " +
      "as old; a call now outlives its caller by half a minute at most, which is assumed",
  },
  {
    seed: "1.1168",
    kind: "combination",
    found:
      "an orchestrator that had begun a takeover looked at home again while the ledger could not be " +
      "read: it could not know where things stood, which the checker did not allow",
  },
  {
    seed: "4.579",
    kind: "combination",
    found:
      "clients that ignore the TTL went on asking home: they do not decide when the platform accepts " +
      "again",
  },
  {
    seed: "1.5816",
    kind: "flapping below the threshold",
    found:
      "7 s of every 40 home answered nothing, always between two looks, so that nobody was told; the " +
      "sentinel places canary orders between looks as well",
  },
  {
    seed: "1.2866",
    kind: "two regions lost",
    found:
      "as 1.1168: who looked before the ledger could be read looks once more in the next slot, ten " +
      "seconds later, and not two",
  },
  {
    seed: "2.3553",
    kind: "failback",
    found:
      "a deployment while operators asked for a failback: that they ask is nothing that goes wrong, " +
      "and the deployment has its operator",
  },
  {
    seed: "61.90",
    kind: "combination",
    found:
      "an operator called a takeover back to a home that was yet to be rebuilt: two rebuilds and a " +
      "promotion take longer than ten minutes, which count from the first rebuild now",
  },
];
