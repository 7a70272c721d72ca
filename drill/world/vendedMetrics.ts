import { NotModelledError } from "../../support/aws/errors";
import { START_MS } from "../../support/simulation/simulation";
import type { AlarmDescription } from "../description/alarms";
import type { ApiGateways } from "./apiGateway";
import type { Aurora } from "./aurora";
import type { Base } from "./base";
import type { Cloudwatch } from "./cloudwatch";
import type { Dynamodb } from "./dynamodb";
import type { Lambda } from "./lambda";
import type { Route53 } from "./route53";
import type { Sqs } from "./sqs";

const MINUTE_MS = 60_000;
/** Minutes before the world began whose metrics have arrived: more than any alarm reads. */
const MINUTES_KNOWN = 8;

/** The services that the metrics are read from. */
interface Services {
  readonly base: Base;
  readonly cloudwatch: Cloudwatch;
  readonly lambda: Lambda;
  readonly sqs: Sqs;
  readonly aurora: Aurora;
  readonly apis: ApiGateways;
  readonly route53: Route53;
  readonly dynamodb: Dynamodb;
}

/** The value of a metric in the minute that ends; undefined if AWS publishes none. */
type Gauge = () => number | undefined;
type Dimensions = Readonly<Record<string, string>>;

/** Namespaces whose metrics are not played, with the reason. */
export const unplayed: Readonly<Record<string, string>> = {
  "AWS/S3": "archives are evidence for people, and their replication is not played",
  CloudWatchSynthetics: "only `npm start` plays canaries, which publish it then",
};

/** What is counted in a minute: how much a growing number has grown since the last reading. */
function growth(total: () => number): () => number {
  let before = total();
  return () => {
    const now = total();
    const grown = now - before;
    before = now;
    return grown;
  };
}

/** Lambda publishes no data for a function that was not invoked. */
function ofFunction(metric: "Errors" | "Invocations") {
  return ({ lambda }: Services, region: string, { FunctionName = "" }: Dimensions): Gauge => {
    const counts = lambda.countsOf(FunctionName, region);
    const invocations = growth(() => counts.invocations);
    const errors = growth(() => counts.errors);
    return () => {
      const [invoked, failed] = [invocations(), errors()];
      if (invoked === 0) return undefined;
      return metric === "Errors" ? failed : invoked;
    };
  };
}

type Reader = (services: Services, region: string, dimensions: Dimensions) => Gauge;

const readers: Readonly<Record<string, Reader>> = {
  "AWS/Lambda|Errors": ofFunction("Errors"),
  "AWS/Lambda|Invocations": ofFunction("Invocations"),
  /** The share of requests that failed: the average of zeros and ones. */
  "AWS/ApiGateway|5XXError": ({ apis }, region, { ApiName = "", Resource, Method }) => {
    const counts = apis.countsOf(region, ApiName, `${Method} ${Resource}`);
    const requests = growth(() => counts.requests);
    const failures = growth(() => counts.failures);
    return () => {
      const [requested, failed] = [requests(), failures()];
      return requested === 0 ? undefined : failed / requested;
    };
  },
  "AWS/SQS|ApproximateAgeOfOldestMessage":
    ({ sqs }, region, { QueueName = "" }) =>
    () =>
      sqs.oldestMs(region, QueueName) / 1000,
  "AWS/SQS|ApproximateNumberOfMessagesVisible":
    ({ sqs }, region, { QueueName = "" }) =>
    () =>
      sqs.visible(region, QueueName),
  /** Published by each instance. Only that of the present writer has the dimension Role=WRITER. */
  "AWS/RDS|EngineUptime": ({ aurora }, region, { Role }) => {
    const member = aurora.members.get(region)!;
    return () => (member.isDown || (Role === "WRITER" && member.role !== "writer") ? undefined : 1);
  },
  "AWS/RDS|AuroraGlobalDBRPOLag":
    ({ aurora }, region) =>
    () =>
      aurora.rpoLagMs(region),
  "AWS/DynamoDB|ReplicationLatency":
    ({ dynamodb }, region, { TableName = "", ReceivingRegion = "" }) =>
    () =>
      dynamodb.replicationMs(TableName, region, ReceivingRegion),
  "AWS/Route53|HealthCheckStatus":
    ({ route53 }, _region, { HealthCheckId = "" }) =>
    () =>
      route53.isHealthy(HealthCheckId) ? 1 : 0,
};

/** An alarm is evaluated from the first data on. This is older than any that it still reads. */
const LONG_AGO = 0;

/**
 * The metrics of AWS's own that alarms use. They are read from the simulated services once a minute
 * and arrive minutes later. @throws NotModelledError for a metric that cannot be read
 */
export class VendedMetrics {
  private readonly read: { region: string; key: string; gauge: Gauge }[] = [];

  constructor(private readonly services: Services) {
    const { simulation, program } = services.base;
    for (const alarm of program.alarms) this.addGauges(alarm);
    const minuteMs = simulation.startMs - (simulation.startMs % MINUTE_MS);
    // A world that does not begin with the deployment has had the same metrics for some time.
    if (simulation.startMs > START_MS) this.remember(minuteMs);
    simulation.every(minuteMs + MINUTE_MS - 1, MINUTE_MS, () => this.publish());
  }

  private addGauges({ name, region, metrics }: AlarmDescription): void {
    for (const { seriesKey: key } of metrics) {
      const [namespace = "", metric = "", ...dimensions] = key.split("|");
      const isOwn = !namespace.startsWith("AWS/");
      if (isOwn || namespace in unplayed || this.isKnown(region, key)) continue;
      const reader = readers[`${namespace}|${metric}`];
      if (reader === undefined) throw new NotModelledError(`${namespace} ${metric} of ${name}`);
      const pairs = dimensions.map((each) => each.split("=", 2) as [string, string]);
      const of: Dimensions = Object.fromEntries(pairs);
      this.read.push({ region, key, gauge: reader(this.services, region, of) });
    }
  }

  private isKnown(region: string, key: string): boolean {
    return this.read.some((each) => each.region === region && each.key === key);
  }

  private remember(minuteMs: number): void {
    for (const { region, key, gauge } of this.read) {
      const value = gauge();
      for (let back = MINUTES_KNOWN; back > 0; back--) {
        if (value === undefined && back < MINUTES_KNOWN) break;
        const atMs = minuteMs - back * MINUTE_MS;
        this.services.cloudwatch.seen(region, key, atMs, value ?? LONG_AGO);
      }
    }
  }

  private publish(): void {
    const { base, cloudwatch } = this.services;
    for (const { region, key, gauge } of this.read) {
      // Read in any case: what a lost region counts does not belong to a later minute.
      const value = gauge();
      if (value === undefined || base.network.isLost(region)) continue;
      cloudwatch.vended(region, key, value);
    }
  }
}
