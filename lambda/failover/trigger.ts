import * as z from "zod/mini";
import type { Command } from "./decide";
import { variable } from "../runtime/env";
import { InvalidEventError, parseEvent } from "../runtime/events";
import type { Runtime } from "../runtime/runtime";

const SOURCE = "failover-orchestrator";

/** Who invoked the orchestrator. */
export type Trigger = "tick" | "sentinel" | "alarm" | "operator";

/** What an event asks for. */
export interface Request {
  trigger: Trigger;
  /** An operator's command. Null for every other trigger, and if the operator asks for the status. */
  command: Command | null;
  /** The orchestrator reports its first action and does nothing. */
  isDryRun: boolean;
}

type Environment = Pick<Runtime, "env">;

/**
 * Reads an event. A command or a trigger of the platform must fit exactly: with a mistyped field it
 * could otherwise do something else than its sender wants. Events of AWS may carry more fields than
 * these, because AWS adds fields. An alarm's event must come from an alarm of this account that went
 * into ALARM state in one of the two regions.
 * @throws InvalidEventError for every other event.
 */
export function readRequest(event: unknown, { env }: Environment): Request {
  const regions = [variable(env, "HOME_REGION"), variable(env, "STANDBY_REGION")];
  const allowed = allowedEvents(regions);
  const refuse = (problem: string) => new InvalidEventError(SOURCE, event, allowed, [problem]);
  const parse = <Schema extends z.ZodMiniType>(schema: Schema): z.output<Schema> =>
    parseEvent(SOURCE, schema, event, allowed);

  if (typeof event !== "object" || event === null) throw refuse("no JSON object");
  if ("action" in event) return requestOf(parse(commandSchema(regions)));
  if ("trigger" in event) return triggered(parse(triggerSchema).trigger);
  const account = variable(env, "HOME_CLUSTER_ARN").split(":")[4] ?? "";
  const alarm = alarmSchemas(account, regions);
  if ("alarmData" in event) parse(alarm.action);
  else if ("Records" in event) parse(alarm.notification);
  else throw refuse("neither a command nor a trigger nor an alarm's event");
  return triggered("alarm");
}

const triggered = (trigger: Trigger): Request => ({ trigger, command: null, isDryRun: false });

function requestOf(asked: z.output<ReturnType<typeof commandSchema>>): Request {
  const { dryRun: isDryRun = false, ...command } = asked;
  return command.action === "status"
    ? { trigger: "operator", command: null, isDryRun: true }
    : { trigger: "operator", command, isDryRun };
}

const dryRun = z.optional(z.boolean("must be true or false, without quotes"));

function commandSchema(regions: readonly string[]) {
  const action = <const Name extends string>(name: Name) =>
    z.strictObject({ action: z.literal(name), dryRun });
  const to = z.enum([...regions], `must be ${regions.join(" or ")}`);
  return z.discriminatedUnion(
    "action",
    [
      action("status"),
      z.strictObject({ action: z.literal("failover"), to, dryRun }),
      action("failback"),
      action("arm"),
      action("disarm"),
    ],
    "must be status, failover, failback, arm or disarm",
  );
}

const triggerSchema = z.strictObject({
  trigger: z.enum(["tick", "sentinel"], "must be tick or sentinel"),
});

function alarmSchemas(account: string, regions: readonly string[]) {
  const arnOf = (service: string) =>
    z
      .string()
      .check(
        z.regex(
          new RegExp(`^arn:aws:${service}:(${regions.join("|")}):${account}:`),
          `must be of account ${account} in ${regions.join(" or ")}`,
        ),
      );
  const inAlarm = z.literal("ALARM", "must be ALARM");
  const own = z.literal(account, `must be ${account}`);
  /** What CloudWatch sends to a function that is an alarm's action. */
  const action = z.looseObject({
    source: z.literal("aws.cloudwatch"),
    alarmArn: arnOf("cloudwatch"),
    accountId: own,
    alarmData: z.looseObject({ alarmName: z.string(), state: z.looseObject({ value: inAlarm }) }),
  });
  const message = z.looseObject({
    AlarmName: z.string(),
    AlarmArn: arnOf("cloudwatch"),
    AWSAccountId: own,
    NewStateValue: inAlarm,
  });
  /** What SNS sends to a subscribed function: always one record. */
  const record = z.looseObject({
    EventSource: z.literal("aws:sns"),
    Sns: z.looseObject({
      Type: z.literal("Notification"),
      TopicArn: arnOf("sns"),
      Message: z.pipe(z.pipe(z.string(), z.transform(parseJson)), message),
    }),
  });
  return { action, notification: z.looseObject({ Records: z.tuple([record]) }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function allowedEvents(regions: readonly string[]): string[] {
  const commands = [
    { action: "status" },
    { action: "failover", to: regions.join("|") },
    { action: "failback" },
    { action: "arm" },
    { action: "disarm" },
  ];
  return [
    ...commands.map((command) => JSON.stringify(command)),
    'each with "dryRun":true or without',
    '{"trigger":"tick|sentinel"}',
    "the event of an alarm of this account in ALARM state",
  ];
}
