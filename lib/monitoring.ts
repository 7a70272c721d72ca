import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type NamedAlarms, createAlarms } from "./alarms/alarm";
import { canaryAlarms } from "./alarms/canaryAlarms";
import { allAlarmed, anyAlarmed } from "./alarms/composite";
import { describeAlarm } from "./alarms/description";
import { canaryOrdersAlarm, ordersAlarms, queueAlarms, settlingAlarm } from "./alarms/orderAlarms";
import {
  apiAlarm,
  databaseAlarms,
  endpointAlarms,
  functionAlarms,
  replicationAlarms,
  writerAlarm,
} from "./alarms/serviceAlarms";
import type { AlarmTargets } from "./alarms/targets";
import { type Sns, wakingAlarm } from "./sns";
import type { Synthetics } from "./synthetics";
import { RegionalComponent } from "./platform/component";

export interface MonitoringArgs extends AlarmTargets {
  readonly synthetics: Synthetics;
  readonly topics: Sns;
}

/** Alarms of every region. */
const ofEither = (args: MonitoringArgs) => ({
  ...databaseAlarms(args),
  ...functionAlarms(args),
  ...apiAlarm(args),
  ...ordersAlarms(args),
  ...queueAlarms(args),
  ...replicationAlarms(args),
  ...canaryAlarms(args.synthetics.canaries, args.platform.config.canaryScheduleMinutes),
});

const ofHome = (args: MonitoringArgs) => ({
  ...writerAlarm(args),
  ...settlingAlarm(args),
  ...endpointAlarms(args),
});

type EitherName = keyof ReturnType<typeof ofEither>;
type HomeName = keyof ReturnType<typeof ofHome>;

/**
 * A region's alarms. Each notifies people by itself, so a lasting one cannot mask a new one; the
 * composite `degraded` notifies when the first goes off and when all are over. Home's composite
 * `home-not-serving` invokes the orchestrator in the other region, which then probes for itself.
 * Alarms about failing over belong to Failover, which is created last: lib/alarms/failoverAlarms.ts.
 */
export class Monitoring extends RegionalComponent<MonitoringArgs> {
  readonly degraded: aws.cloudwatch.CompositeAlarm;
  /** The alarms that `degraded` consists of. */
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
  private readonly byName: Readonly<Record<string, aws.cloudwatch.MetricAlarm>>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Monitoring", name, args, opts);
    const either = this.create(ofEither(args));
    if (args.region.key === "home") {
      const home = this.create(ofHome(args));
      this.createHomeNotServing(either, home);
      this.byName = { ...either, ...home };
    } else {
      const standby = this.create(canaryOrdersAlarm(args));
      this.byName = { ...either, ...standby };
    }
    this.alarms = Object.values(this.byName);
    this.degraded = this.createDegraded();
    this.registerOutputs({ degradedArn: this.degraded.arn });
  }

  /**
   * The alarm with this base of its name.
   * @throws Error if this region has none.
   */
  alarm(base: string): aws.cloudwatch.MetricAlarm {
    const found = this.byName[base];
    if (found) return found;
    const allowed = Object.keys(this.byName).join(", ");
    throw new Error(`monitoring: got the alarm "${base}"; this region has ${allowed}`);
  }

  private create<Name extends string>(
    definitions: Parameters<typeof createAlarms<Name>>[1],
  ): NamedAlarms<Name> {
    const { platform, region, topics } = this.args;
    const args = { platform, region, topicArn: topics.alertsTopic.arn };
    return createAlarms(this.name, definitions, args, this.child);
  }

  private createDegraded(): aws.cloudwatch.CompositeAlarm {
    const { platform, region, topics } = this.args;
    const topicArn = topics.alertsTopic.arn;
    return new aws.cloudwatch.CompositeAlarm(
      `${this.name}-degraded`,
      {
        alarmName: platform.nameOf("alarm", "degraded", region),
        alarmDescription: describeAlarm({
          meaning:
            "At least one alarm of this region is on, except those about failing over; the end of the last one is notified, too",
          fault: "any",
          first: "dr status",
          next: "read the other messages",
        }),
        alarmRule: anyAlarmed(...this.alarms),
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      this.child,
    );
  }

  /**
   * Uses metrics that AWS publishes minutes late. It invokes the orchestrator in addition to the
   * standby's own probes, which do not depend on home.
   */
  private createHomeNotServing(either: NamedAlarms<EitherName>, home: NamedAlarms<HomeName>): void {
    const { platform, region, topics } = this.args;
    const name = wakingAlarm.home;
    const functions = anyAlarmed(either["order-api-errors"], either["authorizer-errors"]);
    const failing = pulumi.interpolate`${allAlarmed(either["api-errors"])} AND (${functions})`;
    new aws.cloudwatch.CompositeAlarm(
      `${this.name}-${name}`,
      {
        alarmName: platform.nameOf("alarm", name, region),
        alarmDescription: describeAlarm({
          meaning:
            "Home may not serve orders; invokes the orchestrator in the standby, which then polls home itself",
          fault: "home's writer is down, or its API and functions fail",
          first: "dr status",
        }),
        alarmRule: pulumi.interpolate`${allAlarmed(home["home-not-writing"])} OR (${failing})`,
        alarmActions: [topics.failoverTopic.arn],
      },
      this.child,
    );
  }
}
