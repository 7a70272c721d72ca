import { loadProgram } from "../../helpers/program";
import { metricsOf } from "../../helpers/alarmMetrics";

/**
 * Where AWS documents that a metric exists with these dimensions. With others, an alarm would never
 * have data, and most alarms take missing data for a good sign.
 */
const documented: Readonly<Record<string, string>> = {
  "AWS/ApiGateway 5XXError: ApiName, Method, Resource, Stage":
    "API Gateway Developer Guide: metrics and dimensions; needs detailed metrics of the stage",
  "AWS/DynamoDB ReplicationLatency: ReceivingRegion, TableName":
    "DynamoDB Developer Guide: metrics and dimensions",
  "AWS/Lambda Errors: FunctionName": "Lambda Developer Guide: types of metrics for functions",
  "AWS/Lambda Invocations: FunctionName": "Lambda Developer Guide: types of metrics for functions",
  "AWS/RDS EngineUptime: DBClusterIdentifier":
    "Aurora User Guide: CloudWatch dimensions for Aurora",
  "AWS/RDS EngineUptime: DBClusterIdentifier, Role":
    "Aurora User Guide: CloudWatch dimensions for Aurora",
  // The guide lists dimensions of all Aurora metrics together, and this one among those of clusters.
  // An AWS lab shows another metric of global databases under SourceRegion as well.
  "AWS/RDS AuroraGlobalDBRPOLag: DBClusterIdentifier":
    "Aurora User Guide: CloudWatch dimensions and cluster-level metrics; see docs/runbook.md",
  "AWS/Route53 HealthCheckStatus: HealthCheckId":
    "Route 53 Developer Guide: monitoring health checks with CloudWatch; in us-east-1 alone",
  "AWS/S3 OperationsFailedReplication: DestinationBucket, RuleId, SourceBucket":
    "S3 User Guide: metrics and dimensions; needs metrics of the replication rule",
  "AWS/S3 ReplicationLatency: DestinationBucket, RuleId, SourceBucket":
    "S3 User Guide: metrics and dimensions; needs metrics of the replication rule",
  "AWS/SQS ApproximateAgeOfOldestMessage: QueueName":
    "SQS Developer Guide: available CloudWatch metrics",
  "AWS/SQS ApproximateNumberOfMessagesVisible: QueueName":
    "SQS Developer Guide: available CloudWatch metrics; up to 15 minutes late for an idle queue",
  "CloudWatchSynthetics SuccessPercent: CanaryName":
    "CloudWatch User Guide: CloudWatch metrics published by canaries",
};

/** Alarms that have no data while all is well, and why they will have data when it is not. */
const quiet: Readonly<Record<string, string>> = {
  "api-errors": "a request is a data point, failed or not",
  "archives-failing": "a failed operation is a data point",
  "archives-lag": "each archive of a settled batch is a data point; canary orders never stop",
  "canary-orders-failing": "probes publish zeros too; probes-missing goes off without them",
  "evidence-ignored": "an ignored item is a data point",
  "failover-not-ready": "the tick publishes zeros too; probes-missing goes off without it",
  "function-failures": "a message in the queue makes SQS publish",
  "hints-old": "Lambda polls the queue, so it is never idle",
  "home-unreachable": "probes publish zeros too; probes-missing goes off without them",
  "order-dead-letters": "a message in the queue makes SQS publish",
  "orders-failing": "a failed order is a data point",
  "orders-open-many": "a sweep publishes zeros too; orders-open-long goes off without them",
  "orders-refused": "a refused batch is a data point",
  "replication-lag": "in the secondary region alone; orders-open-long goes off if nothing arrives",
  "sessions-lag": "each replicated session is a data point; canary orders never stop",
  "standby-reachable": "no data means that nobody probes: probes-missing goes off",
};

const errorsAlarm = /^[a-z-]+-errors$/;

describe.each(["ephemeral", "durable"])("alarms of a program that is %s", (retention) => {
  const alarms = async () =>
    (await loadProgram({ config: { retention } })).all("cloudwatch/metricAlarm");

  test("watch metrics of AWS with the dimensions that AWS documents", async () => {
    const watched = (await alarms())
      .flatMap(metricsOf)
      .filter(({ namespace }) => namespace !== "TradingPlatform")
      .map(
        ({ namespace, metricName, dimensions }) =>
          `${namespace} ${metricName}: ${Object.keys(dimensions).sort().join(", ")}`,
      );
    expect([...new Set(watched)].sort()).toEqual(Object.keys(documented).sort());
  });

  test("treat missing data as bad, or are known to have data when something is wrong", async () => {
    const tolerant = (await alarms())
      .filter(({ inputs }) => inputs.treatMissingData === "notBreaching")
      .map(({ inputs }) => String(inputs.name).replace(/^dev-|-use\d$/g, ""));
    // An invocation that fails is a data point.
    const unexplained = tolerant.filter((name) => !(name in quiet) && !errorsAlarm.test(name));
    expect(unexplained).toEqual([]);
    expect(Object.keys(quiet).filter((name) => !tolerant.includes(name))).toEqual([]);
  });
});
