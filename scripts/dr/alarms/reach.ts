import type { CompositeAlarm, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { parseRule } from "../../../support/cloudwatch/alarmRule";

/** The alarms of a region as CloudWatch describes them. */
export interface Alarms {
  readonly metric: readonly MetricAlarm[];
  readonly composite: readonly CompositeAlarm[];
}

/** What a change of an alarm's state may call. */
function actionsOf(alarm: MetricAlarm | CompositeAlarm): string[] {
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = alarm;
  return [...AlarmActions, ...OKActions, ...InsufficientDataActions];
}

/**
 * Whether a change of an alarm's state may call anything else than the alerts topic, itself or through
 * the composite alarms that read it. Only the orchestrator is called besides, so whatever is not known
 * to be harmless counts as the orchestrator.
 */
export function mayReachOrchestrator(
  name: string,
  alarms: Alarms,
  alertsTopicArn: string,
): boolean {
  const affected = new Set([name]);
  // Each pass adds the composites that read an alarm of the pass before; at most all of them.
  for (let size = 0; size !== affected.size;) {
    size = affected.size;
    for (const composite of alarms.composite) {
      if (readsAny(composite, affected)) affected.add(composite.AlarmName ?? "");
    }
  }
  const all = [...alarms.metric, ...alarms.composite];
  return all
    .filter(({ AlarmName = "" }) => affected.has(AlarmName))
    .some((alarm) => actionsOf(alarm).some((action) => action !== alertsTopicArn));
}

function readsAny({ AlarmRule = "" }: CompositeAlarm, names: ReadonlySet<string>): boolean {
  try {
    // A rule names an alarm by its name or by its ARN, which ends in the name.
    const children = parseRule(AlarmRule).children;
    return children.some((child) => names.has(child.replace(/^arn:[^"]*:alarm:/, "")));
  } catch {
    return true;
  }
}

/**
 * The alarm that a test sets to ALARM and back: a metric alarm in OK that tells the alerts topic and
 * nobody else. A composite is never set: CloudWatch does not promise that it returns to its state.
 */
export function testableAlarm(alarms: Alarms, alertsTopicArn: string): MetricAlarm | undefined {
  return alarms.metric.find(
    ({ AlarmName = "", AlarmActions = [], ActionsEnabled, StateValue }) =>
      StateValue === "OK" &&
      ActionsEnabled === true &&
      AlarmActions.includes(alertsTopicArn) &&
      !mayReachOrchestrator(AlarmName, alarms, alertsTopicArn),
  );
}
