import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

type Alarm = aws.cloudwatch.MetricAlarm;
type Rule = pulumi.Output<string>;

const joined = (rules: readonly Rule[], operator: "AND" | "OR"): Rule =>
  pulumi.all([...rules]).apply((each) => each.join(` ${operator} `));

/** True while the alarm is in ALARM state. Made of its name, so that the composite is deleted first. */
export const alarmed = (alarm: Alarm): Rule => pulumi.interpolate`ALARM("${alarm.name}")`;

/** True while at least one of the alarms is in ALARM state. */
export const anyAlarmed = (...alarms: readonly Alarm[]): Rule => joined(alarms.map(alarmed), "OR");

/** True while all of the alarms are in ALARM state. */
export const allAlarmed = (...alarms: readonly Alarm[]): Rule => joined(alarms.map(alarmed), "AND");
