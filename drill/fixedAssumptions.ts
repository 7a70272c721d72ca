/** A fixed value that no resource states, with the reason for it. */
export interface FixedAssumption<Value> {
  readonly value: Value;
  /** The source; "assumption: REASON" if AWS publishes nothing. */
  readonly source: string;
}

function fixed<const Value extends number | readonly number[]>(
  value: Value,
  source: string,
): FixedAssumption<Value> {
  return { value, source };
}

/** Each name ends with its unit. */
export const fixedAssumptions = {
  accountConcurrency: fixed(
    1_000,
    "Lambda quotas: concurrent executions of a region's account unless AWS raised it",
  ),
  oneCpuMemoryMb: fixed(
    1_769,
    "Lambda Developer Guide, memory: with this much a function has one vCPU, with less a share of it",
  ),
  callCpuMs: fixed(
    1,
    "assumption: the SDK took 0.5 to 1.2 ms of a CPU for a warm call to a stub on the loopback",
  ),
  apiAccountRequestsPerSecond: fixed(
    10_000,
    "API Gateway quotas: all APIs of an account in a region together, unless AWS raised it",
  ),
  apiAccountBurst: fixed(
    5_000,
    "API Gateway quotas: 5,000 with 10,000 requests per second; AWS sets it",
  ),
  asyncRetryWaitSeconds: fixed(
    [60, 120],
    "Lambda Developer Guide: a minute before the second attempt of an asynchronous event, two before the third",
  ),
  throttleWaitMaxSeconds: fixed(
    300,
    "Lambda Developer Guide: a throttled asynchronous event waits from 1 s up to 5 minutes",
  ),
  lostRegionWaitSeconds: fixed(
    30,
    "assumption: Lambda in a lost region looks at its queue of events again",
  ),
  ruleRetryWaitSeconds: fixed(
    5,
    "assumption: EventBridge retries with exponential backoff, and publishes no numbers",
  ),
  ruleRetryWaitMaxSeconds: fixed(60, "assumption: as above, the longest wait"),
  snsDeliveryTries: fixed(
    50,
    "SNS Developer Guide: 100,015 attempts over 23 days; so many last longer than any outage",
  ),
  snsDeliveryWaitSeconds: fixed(
    20,
    "SNS Developer Guide: 20 s between nearly all attempts; the first come closer together",
  ),
  fastAlarmEverySeconds: fixed(
    10,
    "CloudWatch User Guide: alarms of a period below a minute are evaluated every 10 s",
  ),
  alarmEverySeconds: fixed(60, "CloudWatch User Guide: all others every minute"),
  lookupGivesUpSeconds: fixed(
    20,
    "resolv.conf(5): a server gets 5 s and two attempts; with two silent servers, getaddrinfo fails after 20 s",
  ),
  threadpoolSize: fixed(4, "Node.js, command line: UV_THREADPOOL_SIZE is 4 by default"),
  checkersPerCheck: fixed(
    4,
    "assumption: Route 53 has about 16, of which the 14th to turn decides; the last of 4 turns at about that moment",
  ),
  healthyCheckerShare: fixed(
    0.18,
    "Route 53 Developer Guide: healthy while more than 18 % of the checkers say so",
  ),
  checkerPatienceSeconds: fixed(
    6,
    "Route 53 Developer Guide: 4 s at most to connect, then 2 s for the status",
  ),
} as const satisfies Record<string, FixedAssumption<number | readonly number[]>>;

export function toMs(seconds: number): number {
  return seconds * 1000;
}
