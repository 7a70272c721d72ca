import type { Stream } from "../support/simulation/random";

/** A value that no resource states, with its distribution and the reason for it. */
export interface Assumption {
  /** The source; "assumption: REASON" if AWS publishes nothing. */
  readonly source: string;
  /** The range as the report prints it. */
  readonly range: string;
  draw(stream: Stream): number;
}

/** A uniform distribution. The unit is in the assumption's name. */
function uniform(low: number, high: number, source: string): Assumption {
  return { source, range: `${low} to ${high}`, draw: (stream) => stream.between(low, high) };
}

/** `low` plus an exponential tail that is cut at `high`: the typical latency of a service. */
function tailed(low: number, meanExcess: number, high: number, source: string): Assumption {
  return {
    source,
    range: `${low} + exponential of mean ${meanExcess}, at most ${high}`,
    draw: (stream) => Math.min(high, low + stream.exponential(meanExcess)),
  };
}

function chance(probability: number, source: string): Assumption {
  return { source, range: `${probability}`, draw: (s) => (s.uniform() < probability ? 1 : 0) };
}

/**
 * Everything that the world assumes beyond the program's own resources. A test fails if one has no
 * source. The report prints those that were drawn.
 */
export const assumptions = {
  // --- Aurora ---
  promotionSeconds: uniform(
    60,
    180,
    "Aurora User Guide, global database failover: 'within a few minutes', no SLA; an assumption",
  ),
  switchoverSeconds: uniform(
    20,
    90,
    "Aurora User Guide: 'unavailable for a short time', in proportion to the lag; an assumption",
  ),
  replicationLagMs: uniform(50, 900, "Aurora User Guide: typically under one second"),
  rebuildSeconds: uniform(
    60,
    300,
    "Aurora User Guide: minutes to several hours; shortened here so that healing can be played",
  ),
  oldWriterFencedChance: chance(
    0.5,
    "Aurora User Guide: write fencing is best effort (RDS-EVENT-0390, 0391); the share is assumed",
  ),
  inactiveEndpointResolvesChance: chance(
    0.5,
    "Aurora User Guide: a secondary's cluster endpoint is inactive; where its name leads is unsaid",
  ),
  databaseConnectMs: tailed(8, 6, 400, "assumption: TCP, TLS and sign-in inside a region"),
  statementMs: tailed(2, 3, 300, "assumption: a short statement and its commit"),
  rdsDescribeMs: tailed(40, 60, 1_500, "assumption: RDS control plane reads"),
  rdsCallMs: tailed(150, 200, 1_800, "assumption: RDS control plane writes"),

  // --- The ledger (DynamoDB, strong across regions) ---
  ledgerReformingSeconds: uniform(
    0,
    15,
    "unpublished how long a quorum of three regions takes to re-form; an assumption",
  ),
  ledgerReformingHangsChance: chance(
    0.5,
    "unpublished whether calls hang or fail; both are played",
  ),
  ledgerHeldSeconds: uniform(
    0,
    30,
    "unpublished how long a call that hangs outlives its caller; an assumption",
  ),
  ledgerCatchUpSeconds: uniform(
    5,
    60,
    "a returning region errs until it has caught up (DynamoDB Developer Guide); length assumed",
  ),
  ledgerReadMs: tailed(6, 4, 400, "assumption: a strong read asks a second region"),
  ledgerWriteMs: tailed(14, 6, 600, "assumption: a write reaches a second region"),
  eventualReadMs: tailed(2, 2, 200, "assumption: a local read"),
  indexDelayMs: uniform(
    5,
    250,
    "DynamoDB Developer Guide: index updates 'within a fraction of a second'",
  ),
  eventualReplicationMs: uniform(
    300,
    1_500,
    "DynamoDB Developer Guide: global tables without strong consistency, 'typically a second or less'",
  ),

  // --- Lambda ---
  coldStartMs: tailed(250, 150, 2_500, "assumption: 0.4 to 0.7 MB of bundle on arm64"),
  warmStartMs: tailed(2, 3, 100, "assumption: an initialized environment only parses the event"),
  environmentIdleSeconds: uniform(300, 900, "observed by many, unpublished; an assumption"),
  asyncDeliveryMs: tailed(15, 40, 3_000, "assumption: Lambda's queue of asynchronous events"),
  asyncDuplicateChance: chance(
    0.005,
    "Lambda Developer Guide: asynchronous events may arrive more than once; share assumed",
  ),
  secretCallMs: tailed(8, 8, 500, "assumption: one HTTPS request inside a region"),
  lambdaCallMs: tailed(8, 8, 500, "assumption: the Invoke API itself"),

  // --- Messages and schedules ---
  sqsCallMs: tailed(6, 5, 250, "assumption: one HTTPS request inside a region"),
  sqsPollMs: tailed(4, 40, 2_000, "assumption: long polls of the event source"),
  sqsDuplicateChance: chance(
    0.002,
    "SQS Developer Guide: standard queues deliver at least once; share assumed",
  ),
  s3CallMs: tailed(15, 15, 500, "assumption: one HTTPS request inside a region, a small object"),
  snsCallMs: tailed(15, 15, 500, "assumption: one HTTPS request inside a region"),
  snsDeliveryMs: tailed(
    30,
    60,
    5_000,
    "assumption: AWS publishes no latency; usually well below a second",
  ),
  scheduleSecond: uniform(
    0,
    59.999,
    "EventBridge: one-minute precision, a rule fires at some second of its minute",
  ),

  canarySecond: uniform(
    0,
    59.999,
    "unpublished when a canary's run begins; taken as EventBridge does, at some second of a minute",
  ),

  // --- CloudWatch ---
  metricCallMs: tailed(10, 15, 500, "assumption: one HTTPS request inside a region"),
  metricDelayMs: tailed(800, 1_200, 10_000, "assumption: high-resolution custom metrics"),
  vendedMetricDelaySeconds: uniform(
    60,
    180,
    "AWS's own one-minute metrics arrive 1 to 3 minutes late",
  ),
  alarmPhaseSeconds: uniform(0, 10, "alarms with short periods are evaluated about every 10 s"),

  // --- Route 53 and resolvers ---
  checkerPhaseShare: uniform(0, 1, "checkers do not start in step; an assumption"),
  checkPropagationSeconds: uniform(
    1,
    10,
    "Route 53 Developer Guide gives none; 5 to 10 s are commonly seen",
  ),
  resolverPhaseShare: uniform(0, 1, "resolvers cached the answer at some moment before the fault"),
  route53CallMs: tailed(
    80,
    100,
    1_500,
    "assumption: an API of us-east-1 alone, slower than a regional one",
  ),

  // --- Destroying the stack ---
  deletionSeconds: tailed(0.2, 0.8, 20, "assumption: most resources are deleted by a call or two"),
  apiDeletionSeconds: uniform(
    0.2,
    120,
    "Amazon API Gateway endpoints and quotas: an account may delete one REST API in 30 s and region, " +
      "so a deletion waits for those of other environments; assumption: three of them",
  ),
  databaseDeletionSeconds: uniform(
    20,
    60,
    "assumption: minutes for each instance and cluster; shortened here so that it can be played",
  ),
  outlivesDeletionSeconds: uniform(
    0,
    10,
    "Lambda API: an event source mapping may not be deleted 'for several seconds'; stages assumed",
  ),

  // --- Networks ---
  internetMs: tailed(12, 15, 800, "assumption: a client or checker to a region, TLS resumed"),
  crossRegionMs: tailed(11, 2, 200, "us-east-1 to us-east-2 and back takes about 11 ms"),
  apiGatewayMs: tailed(4, 4, 300, "assumption: API Gateway's own share"),
} as const satisfies Record<string, Assumption>;

export type AssumptionName = keyof typeof assumptions;
