/** An alarm as CloudWatch names it in events. */
export interface Alarm {
  name: string;
  arn: string;
}

export type AlarmState = "ALARM" | "OK" | "INSUFFICIENT_DATA";

const accountOf = (arn: string) => arn.split(":")[4]!;
const regionOf = (arn: string) => arn.split(":")[3]!;

/** What CloudWatch sends to a function that is an alarm's action. */
export function alarmAction({ name, arn }: Alarm, state: AlarmState, atMs: number): object {
  const time = new Date(atMs).toISOString();
  return {
    source: "aws.cloudwatch",
    alarmArn: arn,
    accountId: accountOf(arn),
    time,
    region: regionOf(arn),
    alarmData: { alarmName: name, state: { value: state, reason: "simulated", timestamp: time } },
  };
}

/** What CloudWatch publishes to a topic that is an alarm's action. */
export function alarmMessage({ name, arn }: Alarm, state: AlarmState, atMs: number): string {
  return JSON.stringify({
    AlarmName: name,
    AlarmArn: arn,
    AWSAccountId: accountOf(arn),
    NewStateValue: state,
    NewStateReason: "simulated",
    StateChangeTime: new Date(atMs).toISOString(),
    Region: regionOf(arn),
  });
}

/** What SNS sends to a subscribed function. */
export function notification(topicArn: string, Subject: string, Message: string): object {
  const Sns = { Type: "Notification", TopicArn: topicArn, Subject, Message };
  return { Records: [{ EventSource: "aws:sns", EventVersion: "1.0", Sns }] };
}

/** The alarm of a message that `alarmMessage` made. Undefined for any other message. */
export function alarmIn(message: string): { name: string; state: AlarmState } | undefined {
  if (!message.startsWith('{"AlarmName"')) return undefined;
  const { AlarmName, NewStateValue } = JSON.parse(message) as Record<string, string>;
  return { name: AlarmName!, state: NewStateValue as AlarmState };
}
