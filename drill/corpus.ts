/** An outage that once failed, or that shows something rare. Every test run plays it. */
export interface NamedSeed {
  readonly seed: string;
  readonly kind?: string;
  /** What it revealed, and what was changed. */
  readonly found: string;
}

export const corpus: readonly NamedSeed[] = [
  {
    seed: "1.2902",
    kind: "combination",
    found:
      "home accepted nothing, but processors froze and still settled old orders, so settling " +
      "looked alive and the fence came 200 s after the fault; progress now names the newest " +
      "order it settled",
  },
  {
    seed: "1.7265",
    kind: "combination",
    found: "as 1.2902, with statements that hang",
  },
  {
    seed: "18",
    kind: "second region lost",
    found:
      "orders settled 140 s after the promotion because DNS returned to home only once it was " +
      "active; /health?after=n is now healthy from the fence towards home on",
  },
  {
    seed: "4",
    kind: "orchestrator killed",
    found:
      "an operator was paged that the standby was not available while another invocation had " +
      "started its promotion; no page is sent while a promotion is in progress",
  },
  {
    seed: "3",
    kind: "flapping",
    found:
      "the check of the two witnesses measured home's silence when the fence was written " +
      "instead of when it was decided; home had come back in between",
  },
  {
    seed: "2",
    kind: "flapping at the threshold",
    found: "the same check knew only polls in slots; an invoked orchestrator polls in between",
  },
  {
    seed: "1189",
    kind: "combination",
    found:
      "no client placed orders while the platform recovered, so recovery was measured by the " +
      "first order minutes later; such outages now have no bound",
  },
  {
    seed: "1.1",
    kind: "combination",
    found:
      "the standby was lost together with home's writer, so nobody could fail over to it; " +
      "recovery now counts from the moment the standby polls home again with a working ledger",
  },
  {
    seed: "7.4",
    kind: "combination",
    found: "as 1.1, where a partition takes the ledger from the standby while home accepts nothing",
  },
  {
    seed: "1.280",
    kind: "combination",
    found: "as 1.1, in the middle of a promotion, 20 s before the activation",
  },
  {
    seed: "1.812",
    kind: "combination",
    found: "as 1.1, with the standby lost before home's authorizer failed",
  },
  {
    seed: "1.209",
    kind: "combination",
    found:
      "two losses of one region overlapped, and the end of the first brought it back; what " +
      "several faults hold is now given back by the last of them",
  },
  {
    seed: "1.36",
    kind: "combination",
    found:
      "the check took an operator's `status`, sent to home's orchestrator during a takeover, " +
      "for a step of the takeover",
  },
  {
    seed: "1.398",
    kind: "combination",
    found: "as 1.36, with another operator's command at home",
  },
  {
    seed: "1.510",
    kind: "combination",
    found: "as 1.36, with an operator's command after the promotion",
  },
  {
    seed: "1.162",
    kind: "two regions lost",
    found:
      "with two regions lost, DNS went home while the returning standby had no ledger yet; its " +
      "latch is then as unknown as with the standby lost, which the check already allowed",
  },
  {
    seed: "2.303",
    kind: "fault in a failback",
    found:
      "recovery of a completed takeover was counted from the standby's return after a second " +
      "loss; only a takeover that waits for the standby counts from its return",
  },
  {
    seed: "2.845",
    kind: "combination",
    found:
      "order-processors that freeze in both regions settle some orders late for minutes after " +
      "the takeover; under such a fault, recovery is the first order that settles promptly",
  },
  {
    seed: "2.828",
    kind: "deployment",
    found:
      "home's API failed for 5 s between two polls while its functions were replaced; no metric " +
      "of the program can show that, so deployments are excused: somebody operates them",
  },
  {
    seed: "2.945",
    kind: "combination",
    found:
      "order-processors that had frozen went on for 190 s settling orders that home had " +
      "accepted before its authorizer failed, so settling had not stopped; recovery now counts " +
      "from the end of the freezing",
  },
  {
    seed: "3.608",
    kind: "flapping below the threshold",
    found:
      "nobody was notified of a minute in which six of 58 orders failed, two of them canary " +
      "orders; the alarm required three failed canary orders and now requires two",
  },
  {
    seed: "2.718",
    kind: "fault in a failback",
    found:
      "recovery was counted from the standby's return although its takeover had completed " +
      "before the loss; only a standby that is lost while it should take over delays the start",
  },
  {
    seed: "1.3283",
    kind: "two regions lost",
    found:
      "DNS had left an unhealthy home before any fence and returned to it for 12 s while the " +
      "latch of the fence was not yet known; this is no flip back, because home had become " +
      "healthy",
  },
  {
    seed: "1.9",
    kind: "combination",
    found:
      "recovery was counted from a moment seconds before the end, too late to observe the " +
      "required half minute; an outage now continues for a minute from there, or from the end " +
      "of the last fault",
  },
  {
    seed: "8.18",
    kind: "combination",
    found:
      "a fence that hung in a ledger without quorum was carried out five minutes later, on " +
      "evidence of that age; we now assume that a call outlives its caller by half a minute at " +
      "most",
  },
  {
    seed: "1.1168",
    kind: "combination",
    found:
      "an orchestrator that had begun a takeover polled home again while the ledger could not " +
      "be read; it could not know the state, which the check did not allow for",
  },
  {
    seed: "4.579",
    kind: "combination",
    found:
      "clients that ignore the TTL continued to ask home; they no longer decide when the " +
      "platform accepts again",
  },
  {
    seed: "1.5816",
    kind: "flapping below the threshold",
    found:
      "in 7 s of every 40 home answered nothing, always between two polls, so nobody was " +
      "notified; the sentinel now places canary orders between polls as well",
  },
  {
    seed: "1.2866",
    kind: "two regions lost",
    found:
      "as 1.1168: an orchestrator that polled before the ledger could be read polls again in " +
      "the next slot, ten seconds later instead of two",
  },
  {
    seed: "2.3553",
    kind: "failback",
    found:
      "a deployment took place while operators requested a failback; the request is not a " +
      "fault, and somebody operates the deployment",
  },
  {
    seed: "61.90",
    kind: "combination",
    found:
      "an operator called a takeover back to a home that still had to be rebuilt; two rebuilds " +
      "and a promotion take longer than ten minutes, which now count from the first rebuild",
  },
];
