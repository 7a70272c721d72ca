import { DescribeRuleCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { FailoverGlobalClusterCommand, SwitchoverGlobalClusterCommand } from "@aws-sdk/client-rds";
import { UpdateHealthCheckCommand } from "@aws-sdk/client-route-53";
import { PublishCommand } from "@aws-sdk/client-sns";
import { within } from "../runtime/clock";
import {
  activated,
  disarmed,
  fenced,
  firstControl,
  notified,
  reactivated,
  refenced,
  repointed,
  type Control,
} from "../control/control";
import { byRegion, epochOf, raiseEpoch, type Activation } from "./databaseEpoch";
import type { Action } from "./decide";
import { variable } from "../runtime/env";
import { createControl, readControl, writeControl } from "../control/controlItem";
import type { Log } from "../runtime/log";
import { rememberTakeover } from "./takeovers";
import { clusterArnOf } from "./targetDatabase";
import type { Runtime } from "../runtime/runtime";
import { RDS_CALL_CUTOFF_MS } from "./tunables";
import { NOTIFY_TIMEOUT_MS } from "../runtime/tunables";
import { readProgress } from "../detection/progress";

export type ActRuntime = Pick<
  Runtime,
  "env" | "clock" | "dynamodb" | "eventbridge" | "lambda" | "rds" | "route53" | "sns"
>;

/** The state has changed since it was observed, so the action must not be taken. */
export class StaleObservationError extends Error {
  override readonly name = "StaleObservationError";
}

type Do<Kind extends Action["do"]> = Extract<Action, { do: Kind }>;

const table = (runtime: ActRuntime) => variable(runtime.env, "LEDGER_TABLE");

/** Creates the control item. All actions reject if the ledger or the called service fails. */
export async function create(
  runtime: ActRuntime,
  { target, because }: Do<"create">,
): Promise<void> {
  const databaseEpoch = await epochOf(runtime, target);
  const first = firstControl(target, databaseEpoch, because, runtime.clock.nowMs());
  await createControl(runtime, table(runtime), first);
}

/**
 * Writes the fence: from now on no region settles. An automatic fence first checks the tick's
 * schedule rule. If the rule is gone, the stack is being destroyed, and this is no outage.
 * @throws StaleObservationError if the rule is gone.
 */
export async function fence(
  runtime: ActRuntime,
  control: Control,
  action: Do<"fence">,
  log: Log,
): Promise<void> {
  if (action.isAutomatic && (await tickIsGone(runtime, log))) {
    throw new StaleObservationError("the tick's rule is gone: the stack is being destroyed");
  }
  const { target, how, because } = action;
  const next = fenced(control, target, how, because, runtime.clock.nowMs());
  await writeControl(runtime, table(runtime), next);
}

/** Fences the active region and makes it the target. */
export async function reactivate(
  runtime: ActRuntime,
  control: Control,
  { databaseEpoch }: Do<"reactivate">,
): Promise<void> {
  const next = reactivated(control, databaseEpoch, runtime.clock.nowMs());
  await writeControl(runtime, table(runtime), next);
}

/** Only a definite answer counts: while EventBridge does not answer, the fence must not wait. */
async function tickIsGone(runtime: ActRuntime, log: Log): Promise<boolean> {
  const standby = variable(runtime.env, "STANDBY_REGION");
  try {
    await within(runtime.clock, NOTIFY_TIMEOUT_MS, "the tick's rule", (abortSignal) =>
      runtime
        .eventbridge(standby)
        .send(new DescribeRuleCommand({ Name: variable(runtime.env, "TICK_RULE") }), {
          abortSignal,
        }),
    );
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return true;
    log.error("the tick's rule could not be read", error);
    return false;
  }
}

/**
 * Promotes the target's database. Reads the control item again immediately before the call and
 * aborts the call RDS_CALL_CUTOFF_MS after the read began. So an execution environment that was
 * frozen in between cannot promote a region that is no longer the target.
 * @throws StaleObservationError if the control item has another version by now.
 */
export async function promote(
  runtime: ActRuntime,
  control: Control,
  action: Do<"promote">,
): Promise<void> {
  const { env, clock } = runtime;
  const input = {
    GlobalClusterIdentifier: variable(env, "GLOBAL_CLUSTER_ID"),
    TargetDbClusterIdentifier: clusterArnOf(env, action.target),
  };
  await within(clock, RDS_CALL_CUTOFF_MS, `RDS ${action.how}`, async (abortSignal) => {
    const fresh = await readControl(runtime, table(runtime));
    if (abortSignal.aborted) return;
    if (fresh?.version !== control.version) {
      throw new StaleObservationError(
        `the control item has version ${fresh?.version}, not ${control.version}`,
      );
    }
    const rds = runtime.rds(action.callIn);
    if (action.how === "switchover") {
      await rds.send(new SwitchoverGlobalClusterCommand(input), { abortSignal });
    } else {
      await rds.send(new FailoverGlobalClusterCommand({ ...input, AllowDataLoss: true }), {
        abortSignal,
      });
    }
  });
}

/**
 * Invokes db-migration in the target region and waits for it. If the database has the epoch then, the target becomes the active region. If it has
 * another one although this control item is still the current one, the epoch is moved above it; the
 * notice of the activation tells the operators.
 */
export async function activate(
  runtime: ActRuntime,
  control: Control,
  target: string,
): Promise<Activation> {
  const result = await raiseEpoch(runtime, target, control.epoch);
  const nowMs = runtime.clock.nowMs();
  if (result.status === "activated") {
    await writeControl(runtime, table(runtime), activated(control, result.newestRowAtMs, nowMs));
  } else if (result.status === "superseded") {
    await writeControl(runtime, table(runtime), refenced(control, result.epoch, nowMs));
  }
  return result;
}

/**
 * Starts in the active region what an activation does not wait for: a sweep, which re-queues every
 * waiting order, and the migrations that the database lacks. If a deployment was in progress, the
 * region that was lost may have applied some that were not replicated.
 */
export async function sweep(runtime: ActRuntime, control: Control, region: string): Promise<void> {
  const start = (suffix: string, event: object) =>
    within(runtime.clock, NOTIFY_TIMEOUT_MS, `${suffix} in ${region}`, (abortSignal) =>
      runtime.lambda(region).send(
        new InvokeCommand({
          FunctionName: byRegion(runtime, region, suffix),
          InvocationType: "Event",
          Payload: Buffer.from(JSON.stringify(event)),
        }),
        { abortSignal },
      ),
    );
  await Promise.all([
    start("SWEEP_FUNCTION", { activated: control.epoch }),
    start("MIGRATION_FUNCTION", { migrate: true }),
  ]);
}

/**
 * Publishes to the operators' topics in both regions. Resolves once one topic has accepted.
 * @throws AggregateError if both fail.
 */
export async function publish(
  runtime: ActRuntime,
  subject: string,
  message: object,
): Promise<void> {
  const topics = ["HOME", "STANDBY"].map((role) => ({
    region: variable(runtime.env, `${role}_REGION`),
    arn: variable(runtime.env, `${role}_TOPIC_ARN`),
  }));
  await Promise.any(
    topics.map(({ region, arn }) =>
      within(runtime.clock, NOTIFY_TIMEOUT_MS, `topic in ${region}`, (abortSignal) =>
        runtime.sns(region).send(
          new PublishCommand({
            TopicArn: arn,
            Subject: subject.slice(0, 100),
            Message: JSON.stringify(message, null, 2),
          }),
          { abortSignal },
        ),
      ),
    ),
  );
}

/**
 * Publishes the activation with its RTO and RPO, then records that it was published. A crash in
 * between publishes it twice, which is better than not at all.
 */
export async function notify(runtime: ActRuntime, control: Control, log: Log): Promise<void> {
  const { env, clock } = runtime;
  const active = control.active ?? "";
  const home = variable(env, "HOME_REGION");
  const left = active === home ? variable(env, "STANDBY_REGION") : home;
  const [before, after] = await Promise.all(
    [left, active].map(async (region) => {
      const progress = await readProgress(runtime, table(runtime), region, log);
      return typeof progress === "string" ? null : progress;
    }),
  );
  const settlingAtMs = after?.epoch === control.epoch ? after.firstAtMs : clock.nowMs();
  const isTakeover = before && control.how !== "start";
  const rtoSeconds = isTakeover ? seconds(settlingAtMs - before.lastAtMs) : 0;
  const rpoSeconds =
    isTakeover && control.newestRowAtMs !== null
      ? Math.max(0, seconds(before.lastAtMs - control.newestRowAtMs))
      : 0;
  await publish(runtime, `${active} is active (epoch ${control.epoch})`, {
    environment: variable(env, "ENVIRONMENT"),
    active,
    epoch: control.epoch,
    how: control.how,
    reason: control.reason,
    rtoSeconds,
    rpoSeconds,
    note: "rpoSeconds is how far the database of the new active region was behind; orders in that gap are settled again from the ledger",
  });
  log.metrics(
    "activation published",
    [
      { name: "RtoSeconds", value: rtoSeconds, unit: "Seconds", resolutionSeconds: 60 },
      { name: "RpoSeconds", value: rpoSeconds, unit: "Seconds", resolutionSeconds: 60 },
    ],
    { epoch: control.epoch, active, how: control.how },
  );
  await rememberTakeover(runtime, table(runtime), control, { rtoSeconds, rpoSeconds }, log);
  await writeControl(runtime, table(runtime), notified(control));
}

/**
 * Sets the path of home's health check so that home counts as unhealthy until it is active under a
 * later epoch. Nothing waits for this call: DNS avoids home through the failover latch as well.
 */
export async function repoint(runtime: ActRuntime, control: Control): Promise<void> {
  await within(runtime.clock, NOTIFY_TIMEOUT_MS, "Route 53", (abortSignal) =>
    runtime.route53.send(
      new UpdateHealthCheckCommand({
        HealthCheckId: variable(runtime.env, "HEALTH_CHECK_ID"),
        ResourcePath: `${stagePath(runtime)}/health?after=${control.epoch}`,
      }),
      { abortSignal },
    ),
  );
  await writeControl(runtime, table(runtime), repointed(control));
}

/** Disarms automatic failover until `untilMs`. A time in the past arms it. */
export async function disarm(
  runtime: ActRuntime,
  control: Control,
  untilMs: number,
): Promise<void> {
  await writeControl(runtime, table(runtime), disarmed(control, untilMs));
}

/** The path of home's API, without the host: Route 53 takes the path from the root. */
function stagePath(runtime: ActRuntime): string {
  return new URL(variable(runtime.env, "HOME_API_URL")).pathname.replace(/\/$/, "");
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
