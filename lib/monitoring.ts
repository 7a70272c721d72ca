import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmDefinition, createAlarm } from "./alarms/alarm";
import type { AlarmTargets } from "./alarms/targets";
import { canaryOrdersAlarm, ordersAlarms, queueAlarms, settlingAlarm } from "./alarms/orderAlarms";
import {
  apiAlarm,
  databaseAlarms,
  endpointAlarms,
  functionAlarms,
  replicationAlarms,
  writerAlarm,
} from "./alarms/serviceAlarms";
import type { Sns } from "./sns";
import type { Synthetics } from "./synthetics";

export interface AlarmsArgs extends AlarmTargets {
  readonly synthetics: Synthetics;
  readonly topics: Sns;
}

type Alarm = aws.cloudwatch.MetricAlarm;

/**
 * A region's alarms. Each tells people by itself, or one that rings on would hide the next; the
 * composite `degraded` tells when the first begins and when all are over. Home's composite
 * `failover` wakes the orchestrator in the other region, which believes nothing it has not seen.
 */
export class Alarms extends pulumi.ComponentResource {
  readonly degraded: aws.cloudwatch.CompositeAlarm;
  /** Each that `degraded` is made of: canaries are, what Failover makes later is not. */
  readonly all: readonly Alarm[];
  private readonly made: ReadonlyMap<string, Alarm>;

  constructor(
    private readonly name: string,
    private readonly args: AlarmsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:Alarms", name, {}, opts);
    const isHome = args.region.seat === "home";
    const definitions = [...ofEither(args), ...(isHome ? ofHome(args) : ofStandby(args))];
    this.made = new Map(definitions.map((each) => [each.what, this.create(each)]));
    this.all = [...this.made.values(), ...args.synthetics.alarms];
    this.degraded = this.createDegraded();
    if (isHome) this.createFailover();
    this.registerOutputs({ degradedArn: this.degraded.arn });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.region.provider };
  }

  private create(definition: AlarmDefinition): Alarm {
    const { platform, region, topics } = this.args;
    const topicArn = topics.alertsTopic.arn;
    return createAlarm(this.name, { platform, region, definition, topicArn }, this.child);
  }

  private createDegraded(): aws.cloudwatch.CompositeAlarm {
    const { platform, region, topics } = this.args;
    const topicArn = topics.alertsTopic.arn;
    return new aws.cloudwatch.CompositeAlarm(
      `${this.name}-degraded`,
      {
        alarmName: platform.nameOf("alarm", "degraded", region),
        alarmDescription: "Something in this region is not as it should be",
        alarmRule: anyOf(this.all),
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      this.child,
    );
  }

  /** AWS's own signs, minutes late: a wake-up beside those of look(), which need nothing of home. */
  private createFailover(): void {
    const { platform, region, topics } = this.args;
    const named = (what: string) => {
      const alarm = this.made.get(what);
      if (!alarm)
        throw new Error(`alarms: got "${what}"; there are ${[...this.made.keys()].join()}`);
      return alarm;
    };
    const errors = anyOf([named("order-api-errors"), named("authorizer-errors")]);
    const failing = pulumi.interpolate`${anyOf([named("api-errors")])} AND (${errors})`;
    new aws.cloudwatch.CompositeAlarm(
      `${this.name}-failover`,
      {
        alarmName: platform.nameOf("alarm", "failover", region),
        alarmDescription: "Home may not serve: wakes the orchestrator in the standby region",
        alarmRule: pulumi.interpolate`${anyOf([named("home-not-writing")])} OR (${failing})`,
        alarmActions: [topics.failoverTopic.arn],
      },
      this.child,
    );
  }
}

function ofEither(args: AlarmsArgs): AlarmDefinition[] {
  return [
    ...databaseAlarms(args),
    ...functionAlarms(args),
    apiAlarm(args),
    ...ordersAlarms(args),
    ...queueAlarms(args),
    ...replicationAlarms(args),
  ];
}

function ofHome(args: AlarmsArgs): AlarmDefinition[] {
  return [writerAlarm(args), settlingAlarm(args), ...endpointAlarms(args)];
}

function ofStandby(args: AlarmsArgs): AlarmDefinition[] {
  return [canaryOrdersAlarm(args)];
}

/** Rings while at least one does. Made of the alarms' names, so that it is deleted before them. */
function anyOf(alarms: readonly Alarm[]): pulumi.Output<string> {
  return pulumi
    .all(alarms.map((alarm) => alarm.name))
    .apply((names) => names.map((name) => `ALARM("${name}")`).join(" OR "));
}
