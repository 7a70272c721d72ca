import { randomUUID } from "node:crypto";
import {
  DescribeAlarmsCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  ListSubscriptionsByTopicCommand,
  type Subscription,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { sleep } from "../../../lambda/runtime/clock";
import { type Alarms, testableAlarm } from "../alarms/reach";
import { Undo } from "../alarms/undo";
import type { Check } from "../check";
import type { DeployedRegion, Deployment } from "../deployment";
import { DrError } from "../exit";
import { fact } from "../fact";
import type { Tools } from "../tools";

/** Alarms of an account: 100 per page. */
const PAGES_MAX = 50;
const MESSAGE_PATIENCE_MS = 60_000;
const POLL_MS = 1_000;
/** Shorter than the request timeout of `dr`. */
const RECEIVE_WAIT_SECONDS = 2;

/** Would alarms reach people and the orchestrator? Links are read; with `test`, one alarm is tried. */
export function alarmChecks(
  tools: Tools,
  deployment: Deployment,
  { test }: { test: boolean },
): Check[] {
  const { home, standby } = deployment.regions;
  if (test) {
    tools.say(
      "dr: sets one alarm of each region to ALARM for a moment; whoever subscribes to the alerts " +
        `topics of ${deployment.environment} gets messages`,
    );
  }
  return [home, standby].flatMap((region) => {
    let found: Promise<Alarms> | undefined;
    const alarms = () => (found ??= describeAlarms(tools, region.name));
    const checks = linkChecks(tools, deployment, region, alarms);
    return test ? [...checks, messageCheck(tools, deployment, region, alarms)] : checks;
  });
}

/** Every alarm of the region, not only the environment's: a composite elsewhere may read one. */
async function describeAlarms({ aws }: Tools, region: string): Promise<Alarms> {
  const metric: MetricAlarm[] = [];
  const composite: Alarms["composite"][number][] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await aws.cloudwatch(region).send(
      new DescribeAlarmsCommand({
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    metric.push(...(answer.MetricAlarms ?? []));
    composite.push(...(answer.CompositeAlarms ?? []));
    NextToken = answer.NextToken;
    if (NextToken === undefined) return { metric, composite };
  }
  throw new DrError(`${region} has more than ${PAGES_MAX * 100} alarms`);
}

function linkChecks(
  tools: Tools,
  { environment, retention }: Deployment,
  region: DeployedRegion,
  alarms: () => Promise<Alarms>,
): Check[] {
  const { alertsTopicArn, code } = region;
  const own = async () => {
    const { metric, composite } = await alarms();
    return [...metric, ...composite].filter(
      ({ AlarmName = "" }) =>
        AlarmName.startsWith(`${environment}-`) && AlarmName.endsWith(`-${code}`),
    );
  };
  return [
    {
      name: `the actions of all alarms in ${region.name} are enabled`,
      todo: "aws cloudwatch enable-alarm-actions --alarm-names NAMES",
      find: async () => {
        const all = await own();
        const off = all.filter(({ ActionsEnabled }) => ActionsEnabled !== true);
        const names = off.map(({ AlarmName }) => AlarmName).join(", ");
        return {
          isFine: all.length > 0 && off.length === 0,
          found: names || `${all.length} alarms`,
        };
      },
    },
    {
      name: `an alarm in ${region.name} calls the orchestrator`,
      todo: "run `up`",
      find: async () => {
        const calling = (await own()).filter(({ AlarmActions = [] }) =>
          AlarmActions.some((action) => action !== alertsTopicArn),
        );
        const names = calling.map(({ AlarmName }) => AlarmName).join(", ");
        return { isFine: calling.length > 0, found: names || "none" };
      },
    },
    {
      name: `the alerts topic of ${region.name} has a confirmed subscriber`,
      todo: "set alertEmails or alertEndpoints, and confirm what AWS sends there",
      find: async () => {
        const subscriptions = await subscriptionsOf(tools, region);
        const confirmed = subscriptions.filter(({ SubscriptionArn = "" }) =>
          SubscriptionArn.startsWith("arn:"),
        );
        const found = `${confirmed.length} of ${subscriptions.length} confirmed`;
        // Nobody is on call for a pull request's environment.
        return { isFine: confirmed.length > 0, found, isOptional: retention === "ephemeral" };
      },
    },
  ];
}

/** The first page, of up to 100. */
async function subscriptionsOf({ aws }: Tools, region: DeployedRegion): Promise<Subscription[]> {
  const TopicArn = region.alertsTopicArn;
  const answer = await aws.sns(region.name).send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  return answer.Subscriptions ?? [];
}

function messageCheck(
  tools: Tools,
  { environment }: Deployment,
  region: DeployedRegion,
  alarms: () => Promise<Alarms>,
): Check {
  return {
    name: `the message of an alarm arrives at the alerts topic of ${region.name}`,
    todo: "look at the topic's policy and key, and at the metric NumberOfNotificationsFailed",
    find: async () => {
      const subscriptions = await subscriptionsOf(tools, region);
      if (subscriptions.some(({ Protocol }) => Protocol === "lambda")) {
        throw new DrError("a function subscribes to the alerts topic; no alarm was set");
      }
      const alarm = testableAlarm(await alarms(), region.alertsTopicArn);
      if (alarm?.AlarmName === undefined) {
        throw new DrError("no alarm in OK tells the alerts topic alone; no alarm was set");
      }
      const undo = new Undo();
      const withdraw = tools.onInterrupt(() => undo.all());
      const name = `${environment}-dr-verify-${randomUUID()}`;
      const outcome = await fact(() => tryAlarm(tools, region, name, alarm, undo));
      const problems = await undo.all();
      withdraw();
      if (problems.length > 0) {
        const found = "value" in outcome ? outcome.value.found : outcome.problem;
        const left = `look for ${alarm.AlarmName} and the queue ${name}`;
        throw new DrError(`${found}; not everything was undone (${problems.join("; ")}): ${left}`);
      }
      if ("problem" in outcome) throw new DrError(outcome.problem);
      return outcome.value;
    },
  };
}

async function tryAlarm(
  tools: Tools,
  region: DeployedRegion,
  queueName: string,
  { AlarmName, StateValue }: MetricAlarm,
  undo: Undo,
): Promise<{ isFine: boolean; found: string }> {
  const { aws, clock, say } = tools;
  const [cloudwatch, sqs] = [aws.cloudwatch(region.name), aws.sqs(region.name)];
  const QueueUrl = await subscribedQueue(tools, region, queueName, undo);
  say(`dr: sets ${AlarmName} in ${region.name} to ALARM`);
  await undo.do(
    () =>
      cloudwatch.send(
        new SetAlarmStateCommand({
          AlarmName,
          StateValue: "ALARM",
          StateReason: "A test by dr verify --alarms; there is no outage",
        }),
      ),
    () =>
      cloudwatch.send(
        new SetAlarmStateCommand({
          AlarmName,
          StateValue,
          StateReason: "The state before a test by dr verify --alarms",
        }),
      ),
  );
  const startedMs = clock.nowMs();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: RECEIVE_WAIT_SECONDS,
      }),
    );
    const seconds = Math.round((clock.nowMs() - startedMs) / 1000);
    if (Messages.some(({ Body = "" }) => Body.includes(AlarmName!))) {
      return { isFine: true, found: `${AlarmName}: its message arrived after ${seconds} s` };
    }
    if (seconds * 1000 > MESSAGE_PATIENCE_MS) {
      return { isFine: false, found: `${AlarmName}: no message in ${seconds} s` };
    }
    await sleep(clock, POLL_MS);
  }
}

/** A queue that gets what the alerts topic gets, until it is undone. Its address follows from its name. */
async function subscribedQueue(
  { aws }: Tools,
  region: DeployedRegion,
  QueueName: string,
  undo: Undo,
): Promise<string> {
  const [sqs, sns] = [aws.sqs(region.name), aws.sns(region.name)];
  const TopicArn = region.alertsTopicArn;
  const account = TopicArn.split(":")[4]!;
  const queueArn = `arn:aws:sqs:${region.name}:${account}:${QueueName}`;
  const QueueUrl = `https://sqs.${region.name}.amazonaws.com/${account}/${QueueName}`;
  const statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: { ArnEquals: { "aws:SourceArn": TopicArn } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await undo.do(
    () => sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } })),
    (done) =>
      sqs.send(new DeleteQueueCommand({ QueueUrl })).catch((error: unknown) => {
        // Where it could not be created, there is probably none.
        if (done !== undefined) throw error;
      }),
  );
  await undo.do(
    () =>
      sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: "sqs",
          Endpoint: queueArn,
          ReturnSubscriptionArn: true,
        }),
      ),
    async (done) => {
      const SubscriptionArn = done?.SubscriptionArn;
      if (SubscriptionArn !== undefined)
        await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    },
  );
  return QueueUrl;
}
