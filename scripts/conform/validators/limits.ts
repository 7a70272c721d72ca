/** Limits of other services that their documentation states in prose alone. */
import type { AwsRequest } from "../convert/convert";
import { object, objects, text } from "../convert/pascal";
import type { Report } from "../findings";

type Parameters = Record<string, unknown>;
type Check = (rule: string, holds: boolean, message: string) => void;

/** Checks of one request; all requests are there to look others up. */
type Limit = (parameters: Parameters, check: Check, all: readonly AwsRequest[]) => void;

const identifier = /^(?=.{1,63}$)[a-z](-?[a-z0-9])*$/;
const reservedVariables = new Set([
  ...["_HANDLER", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT"],
  ...[
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
  ],
]);
const withoutSpaces = (text: unknown) => String(text).replace(/\s/g, "").length;

/** The requests of an operation whose parameter has the value. */
function matching(
  all: readonly AwsRequest[],
  operation: string,
  key: string,
  value: unknown,
): Parameters[] {
  return all
    .filter((each) => each.operation === operation && each.parameters[key] === value)
    .map(({ parameters }) => parameters);
}

const limits: Readonly<Record<string, Limit>> = {
  "lambda.CreateFunction": ({ Environment }, check) => {
    const variables = object(object(Environment)["Variables"] ?? object(Environment)["variables"]);
    const size = JSON.stringify(variables).length;
    check("environment size", size <= 4096, `${size} bytes of 4,096`);
    for (const name of Object.keys(variables)) {
      const isFree = /^[A-Za-z]\w+$/.test(name) && !reservedVariables.has(name);
      check("environment variable", isFree, name);
    }
  },
  "lambda.CreateEventSourceMapping": (
    { EventSourceArn, FunctionName, ScalingConfig },
    check,
    all,
  ) => {
    const name = String(EventSourceArn).split(":").at(-1);
    const [queue] = matching(all, "sqs.CreateQueue", "QueueName", name);
    const [consumer] = matching(all, "lambda.CreateFunction", "FunctionName", FunctionName);
    const visibility = Number(object(queue?.["Attributes"])["VisibilityTimeout"] ?? 30);
    const timeout = Number(consumer?.["Timeout"] ?? 3);
    check("visibility", visibility >= timeout, `${visibility} s; the function has ${timeout} s`);
    check(
      "visibility advice",
      visibility >= 6 * timeout,
      `${visibility} s, below six times ${timeout} s`,
    );
    const [reserved] = matching(all, "lambda.PutFunctionConcurrency", "FunctionName", FunctionName);
    const most = Number(object(ScalingConfig)["MaximumConcurrency"]);
    const places = Number(reserved?.["ReservedConcurrentExecutions"] ?? Infinity);
    check("concurrency", most <= places, `${most} invocations, of ${places} reserved`);
  },
  "sqs.CreateQueue": ({ Attributes }, check) => {
    const seconds = Number(object(Attributes)["MessageRetentionPeriod"] ?? 345_600);
    check("retention", seconds >= 60 && seconds <= 1_209_600, `${seconds} s`);
    const visibility = Number(object(Attributes)["VisibilityTimeout"] ?? 30);
    check("visibility", visibility <= 43_200, `${visibility} s`);
  },
  "iam.CreateRole": ({ RoleName, AssumeRolePolicyDocument }, check, all) => {
    const trust = withoutSpaces(AssumeRolePolicyDocument);
    check("trust policy size", trust <= 2048, `${trust} characters of 2,048`);
    const size = matching(all, "iam.PutRolePolicy", "RoleName", RoleName)
      .map(({ PolicyDocument }) => withoutSpaces(PolicyDocument))
      .reduce((sum, length) => sum + length, 0);
    check("inline policies size", size <= 10_240, `${size} characters of 10,240`);
  },
  "events.PutRule": ({ ScheduleExpression }, check) => {
    if (ScheduleExpression === undefined) return;
    const [, count, unit] = /^rate\((\d+) (\w+)\)$/.exec(text(ScheduleExpression)) ?? [];
    const units = count === "1" ? ["minute", "hour", "day"] : ["minutes", "hours", "days"];
    check("schedule", units.includes(unit ?? ""), text(ScheduleExpression));
  },
  "s3.CreateBucket": ({ Bucket }, check) => {
    const name = String(Bucket);
    const isValid = /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
    check("bucket name", isValid && !/\.\.|-s3alias$|--ol-s3$/.test(name), name);
  },
  "s3.PutBucketReplication": ({ ReplicationConfiguration }, check) => {
    for (const rule of objects(object(ReplicationConfiguration)["Rules"])) {
      const { ReplicationTime, Metrics } = object(rule["Destination"]);
      const time = object(object(ReplicationTime)["Time"])["Minutes"];
      const threshold = object(object(Metrics)["EventThreshold"])["Minutes"];
      check(
        "replication time",
        time === 15 && threshold === 15,
        `${String(time)} minutes, must be 15`,
      );
    }
  },
  "rds.CreateDBCluster": (cluster, check) => {
    const { DBClusterIdentifier, GlobalClusterIdentifier, MasterUsername, MasterUserPassword } =
      cluster;
    const name = String(DBClusterIdentifier);
    check("cluster identifier", identifier.test(name), name);
    check("global cluster identifier", identifier.test(String(GlobalClusterIdentifier)), name);
    const days = Number(cluster["BackupRetentionPeriod"]);
    check("backups", days >= 1 && days <= 35, `${days} days`);
    if (MasterUsername === undefined) return;
    const user = text(MasterUsername);
    const isFree = !["admin", "postgres", "rdsadmin"].includes(user);
    check("master user", isFree && /^[A-Za-z]\w{0,62}$/.test(user), user);
    const password = String(MasterUserPassword);
    check("master password", /^[^/@" ]{8,41}$/.test(password), `${password.length} characters`);
  },
  "rds.CreateDBInstance": ({ DBInstanceIdentifier, PerformanceInsightsRetentionPeriod }, check) => {
    check(
      "instance identifier",
      identifier.test(String(DBInstanceIdentifier)),
      String(DBInstanceIdentifier),
    );
    const days = Number(PerformanceInsightsRetentionPeriod ?? 7);
    check(
      "insights",
      days === 7 || days === 731 || (days % 31 === 0 && days < 731),
      `${days} days`,
    );
  },
  "route53.CreateHealthCheck": ({ HealthCheckConfig }, check) => {
    const { Type, RequestInterval, HealthThreshold, ChildHealthChecks } = object(HealthCheckConfig);
    if (Type === "CALCULATED") {
      const children = (ChildHealthChecks as unknown[]).length;
      const isReachable = Number(HealthThreshold) <= children && children <= 255;
      check("children", isReachable, `${Number(HealthThreshold)} of ${children}`);
      return;
    }
    const seconds = Number(RequestInterval ?? 30);
    check("interval", [10, 30].includes(seconds), `${seconds} s, must be 10 or 30`);
  },
  "synthetics.CreateCanary": ({ RunConfig, Schedule }, check) => {
    const minutes = Number(/\d+/.exec(String(object(Schedule)["Expression"]))?.[0]);
    const timeout = Number(object(RunConfig)["TimeoutInSeconds"]);
    check(
      "timeout",
      timeout <= Math.min(840, minutes * 60),
      `${timeout} s every ${minutes} minutes`,
    );
    const size = JSON.stringify(object(RunConfig)["EnvironmentVariables"] ?? {}).length;
    check("environment size", size <= 4096, `${size} bytes of 4,096`);
  },
  "dynamodb.UpdateTable": ({ TableName, MultiRegionConsistency, ...update }, check, all) => {
    if (MultiRegionConsistency !== "STRONG") return;
    const members = objects(update["ReplicaUpdates"]).length;
    const witnesses = objects(update["GlobalTableWitnessUpdates"]).length;
    check("regions", members + witnesses === 2, `${members} replicas, ${witnesses} witnesses`);
    const ttl = matching(all, "dynamodb.UpdateTimeToLive", "TableName", TableName);
    check("time to live", ttl.length === 0, "strong consistency excludes time to live");
  },
  "secretsmanager.CreateSecret": ({ Name }, check) => {
    const name = String(Name);
    check(
      "secret name",
      !/-[A-Za-z0-9]{6}$/.test(name),
      `${name} ends as the ARN of another would`,
    );
  },
};

export function checkLimits(requests: readonly AwsRequest[], report: Report): void {
  for (const { operation, parameters, region, resource } of requests) {
    const limit = limits[operation];
    if (!limit) continue;
    const neighbours = requests.filter((each) => each.region === region);
    limit(
      parameters,
      (rule, holds, message) => report.check(rule, resource, holds, message),
      neighbours,
    );
  }
}
