import type { CapturedResource } from "../../../support/capture/capture";
import type { Plan } from "../plan";
import { type Price, prices } from "./prices";

/** AWS's month. */
const HOURS = 730;

/** Something that AWS bills for. */
export interface Line {
  service: string;
  what: string;
  /** Units in a month; null where they depend on use. */
  quantity: number | null;
  unit: string;
  price: Price | null;
}

/** Everything that a configuration bills for, by the program that it makes. */
export function billOf(plan: Plan): Line[] {
  return [
    ...database(plan),
    ...watching(plan),
    ...network(plan),
    line("KMS", "keys", plan.all("kms/key").length, "key-months", prices.keyMonth),
    line("Secrets Manager", "secrets", secrets(plan), "secret-months", prices.secretMonth),
    ...(plan.all("fis/experimentTemplate").length > 0 ? [experiments] : []),
    ...byUse,
  ].filter(({ quantity }) => quantity !== 0);
}

function line(
  service: string,
  what: string,
  quantity: number | null,
  unit: string,
  price: Price | null = null,
): Line {
  return { service, what, quantity, unit, price };
}

/** The sources that we found disagree about the price of an instance, so it has none. */
function database(plan: Plan): Line[] {
  const instances = plan.all("rds/clusterInstance");
  const classes = new Set(instances.map(({ inputs }) => String(inputs["instanceClass"])));
  return [...classes].map((name) => {
    const count = instances.filter(({ inputs }) => inputs["instanceClass"] === name).length;
    // A serverless instance bills by the capacity that it takes.
    if (name === "db.serverless") return line("Aurora", `${count} ${name}`, null, "ACU-hours");
    return line("Aurora", `${count} ${name}`, count * HOURS, "instance-hours");
  });
}

function watching(plan: Plan): Line[] {
  const metrics = plan.all("cloudwatch/metricAlarm").flatMap(periodsOf);
  const fast = metrics.filter((seconds) => seconds < 60).length;
  const composites = plan.all("cloudwatch/compositeAlarm").length;
  const runs = plan
    .all("synthetics/canary")
    .map(({ inputs }) => (HOURS * 60) / minutesOf(inputs["schedule"]));
  const usual = metrics.length - fast;
  return [
    line("CloudWatch", "metrics of alarms", usual, "metric-months", prices.alarmMetricMonth),
    line("CloudWatch", "the same, under 60 s", fast, "metric-months", prices.fastAlarmMetricMonth),
    line("CloudWatch", "composite alarms", composites, "months", prices.compositeAlarmMonth),
    line("CloudWatch", "dashboards", plan.all("cloudwatch/dashboard").length, "months"),
    line("CloudWatch", "runs of canaries", sum(runs), "runs", prices.canaryRun),
  ];
}

/** The period of each metric that an alarm reads, in seconds. */
function periodsOf({ inputs }: CapturedResource): number[] {
  type Query = { metric?: { period?: number } };
  const queries = inputs["metricQueries"] as Query[] | undefined;
  if (queries === undefined) return [Number(inputs["period"])];
  return queries.flatMap(({ metric }) => (metric === undefined ? [] : [Number(metric.period)]));
}

function minutesOf(schedule: unknown): number {
  const { expression } = schedule as { expression: string };
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(expression) ?? [];
  if (minutes === undefined) throw new Error(`cost: got the schedule "${expression}"`);
  return Number(minutes);
}

function network(plan: Plan): Line[] {
  const endpoints = plan
    .all("ec2/vpcEndpoint")
    .filter(({ inputs }) => inputs["vpcEndpointType"] === "Interface");
  // One network interface in each subnet, and each is billed.
  const interfaces = endpoints.map(({ inputs }) => (inputs["subnetIds"] as unknown[]).length);
  const acls = plan.all("wafv2/webAcl");
  const rules = acls.map(({ inputs }) => (inputs["rules"] as unknown[]).length);
  return [
    line("VPC", "interface endpoints", sum(interfaces) * HOURS, "zone-hours", prices.endpointHour),
    line("WAF", "web ACLs", acls.length, "months", prices.webAclMonth),
    line("WAF", "rules", sum(rules), "rule-months", prices.webAclRuleMonth),
    ...(acls.length > 0 ? [line("WAF", "requests", null, "million requests")] : []),
    line("Route 53", "health checks", plan.all("route53/healthCheck").length, "months"),
    line("Route 53", "hosted zones", plan.all("route53/zone").length, "months"),
  ];
}

/** A replica is a secret of its own. */
function secrets(plan: Plan): number {
  const replicas = plan
    .all("secretsmanager/secret")
    .map(({ inputs }) => 1 + ((inputs["replicas"] as unknown[] | undefined)?.length ?? 0));
  return sum(replicas);
}

/** A template costs nothing while no experiment runs. */
const experiments = line("FIS", "experiments", null, "action-minutes");

/** What depends on the orders. docs/costs.md has what an idle environment uses. */
const byUse: readonly Line[] = [
  line("API Gateway", "requests", null, "million requests"),
  line("Aurora", "storage, backups, I/O, replicated writes", null, "GB-months, million requests"),
  line("CloudWatch", "logs and custom metrics", null, "GB, metric-months"),
  line("DynamoDB", "replicated writes, reads, storage", null, "million units, GB-months"),
  line("Lambda", "requests and duration", null, "million requests, GB-seconds"),
  line("KMS", "requests", null, "requests"),
  line("S3", "storage, requests, replication", null, "GB-months, GB"),
  line("SQS and SNS", "requests", null, "million requests"),
  line("X-Ray", "traces", null, "million traces"),
  line("between regions", "transfer of data", null, "GB"),
];

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);
