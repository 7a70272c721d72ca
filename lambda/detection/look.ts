import { createHash } from "node:crypto";
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { sleep, within } from "../runtime/clock";
import type { Control } from "../failover/control";
import { variable } from "../runtime/env";
import { readControl } from "../failover/controlItem";
import { METRIC_NAMESPACE } from "../runtime/log";
import { waitingSince } from "../orders/orderLedger";
import type { HttpAnswer, HttpRequest, Runtime } from "../runtime/runtime";
import { progressIsStale, type Evidence, type Look } from "./signs";
import { CANARY_ACCOUNT } from "../auth/tunables";
import {
  CANARY_ORDERS_AT_MS,
  LOOK_SLOT_SECONDS,
  PROBE_TIMEOUT_MS,
  PROGRESS_STALE_SECONDS,
} from "./tunables";
import { NOTIFY_TIMEOUT_MS } from "../runtime/tunables";
import { readSigns } from "./vitalSigns";

export type LookRuntime = Pick<
  Runtime,
  "env" | "clock" | "http" | "canaryToken" | "dynamodb" | "cloudwatch"
>;

/** One look from outside, and what the ledger says in the looker's own region. */
export interface Seen {
  look: Look;
  control: Control | "absent" | "unknown";
  /** Both witnesses but for the looks before this one. */
  ledger: Omit<Evidence, "looks">;
}

/** The moment the next slot begins: overlapping loops look at the same moments. */
export function untilNextSlotMs(nowMs: number): number {
  const slotMs = LOOK_SLOT_SECONDS * 1000;
  return slotMs - (nowMs % slotMs);
}

export function untilNextSlot(runtime: Pick<Runtime, "clock">): Promise<void> {
  return sleep(runtime.clock, untilNextSlotMs(runtime.clock.nowMs()));
}

/**
 * Waits for the next slot, and places canary orders meanwhile: they show a home that fails for
 * seconds, and might do so between all looks.
 * @returns how many failed.
 */
export async function watchUntilNextSlot(runtime: LookRuntime): Promise<number> {
  const homeUrl = variable(runtime.env, "HOME_API_URL");
  const nowMs = runtime.clock.nowMs();
  const sinceSlotMs = nowMs % (LOOK_SLOT_SECONDS * 1000);
  const placing = CANARY_ORDERS_AT_MS.filter((atMs) => atMs > sinceSlotMs).map(async (atMs) => {
    await sleep(runtime.clock, atMs - sinceSlotMs);
    return ask(runtime, () => canaryOrder(runtime, homeUrl, nowMs));
  });
  const [answers] = await Promise.all([Promise.all(placing), untilNextSlot(runtime)]);
  return answers.filter(hasFailed).length;
}

/**
 * Probes both regions, places a canary order at home, reads the ledger, publishes the metrics.
 * @param failedBefore canary orders that failed since the look before
 */
export async function look(runtime: LookRuntime, failedBefore = 0): Promise<Seen> {
  const homeUrl = variable(runtime.env, "HOME_API_URL");
  const standbyUrl = variable(runtime.env, "STANDBY_API_URL");
  const atMs = runtime.clock.nowMs();
  const [home, standby, canary, control, signs] = await Promise.all([
    ask(runtime, () => ({ method: "GET", url: `${homeUrl}/health` })),
    ask(runtime, () => ({ method: "GET", url: `${standbyUrl}/health` })),
    ask(runtime, () => canaryOrder(runtime, homeUrl, atMs)),
    readControlOrUnknown(runtime),
    readSigns(runtime, variable(runtime.env, "LEDGER_TABLE"), variable(runtime.env, "HOME_REGION")),
  ]);
  const isHomeBad = home === null || home.status >= 500;
  const seen: Look = {
    atMs,
    home: !isHomeBad ? "good" : standby === null ? "blind" : "bad",
    canary: canaryOutcome(canary),
    aliveAgeMs: signs.aliveAtMs === null ? null : atMs - signs.aliveAtMs,
  };
  await publish(runtime, [
    ["HomeProbeFailed", Number(isHomeBad)],
    ["StandbyProbeFailed", Number(standby === null)],
    ["HomeCanaryFailed", failedBefore + Number(hasFailed(canary))],
  ]).catch(() => undefined);
  return {
    look: seen,
    control,
    ledger: { ...signs, waitingSinceMs: await confirmWaiting(runtime, control, signs.progress) },
  };
}

export async function readControlOrUnknown(
  runtime: Pick<Runtime, "env" | "clock" | "dynamodb">,
): Promise<Control | "absent" | "unknown"> {
  try {
    return (await readControl(runtime, variable(runtime.env, "LEDGER_TABLE"))) ?? "absent";
  } catch {
    return "unknown";
  }
}

/** Asked only once progress is stale: until then nobody needs to know. */
async function confirmWaiting(
  runtime: LookRuntime,
  control: Control | "absent" | "unknown",
  progress: Evidence["progress"],
): Promise<number | null> {
  const nowMs = runtime.clock.nowMs();
  if (typeof control === "string" || !progressIsStale(control, progress, nowMs)) return null;
  const beforeMs = nowMs - PROGRESS_STALE_SECONDS * 1000;
  const table = variable(runtime.env, "LEDGER_TABLE");
  return waitingSince(runtime, table, control, beforeMs).catch(() => null);
}

/** No answer in time is null: to a lost region a call hangs. */
function ask(
  runtime: LookRuntime,
  prepare: () => HttpRequest | Promise<HttpRequest>,
): Promise<HttpAnswer | null> {
  return within(runtime.clock, PROBE_TIMEOUT_MS, "a probe", async (signal) =>
    runtime.http(await prepare(), signal),
  ).catch(() => null);
}

/** All looks of a slot place the same order: one row a slot, and retries of it are tried as well. */
async function canaryOrder(
  runtime: LookRuntime,
  homeUrl: string,
  atMs: number,
): Promise<HttpRequest> {
  return {
    method: "POST",
    url: `${homeUrl}/orders`,
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${await runtime.canaryToken()}`,
    },
    body: JSON.stringify({
      orderId: canaryId(variable(runtime.env, "ENVIRONMENT"), atMs),
      accountId: CANARY_ACCOUNT,
      sessionId: CANARY_ACCOUNT,
      symbol: "CANARY",
      side: "BUY",
      quantity: "1",
    }),
  };
}

/** The same UUID for the same slot. */
function canaryId(environment: string, atMs: number): string {
  const slot = Math.floor(atMs / (LOOK_SLOT_SECONDS * 1000));
  const hex = createHash("sha256").update(`${environment}#${slot}`).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function canaryOutcome(answer: HttpAnswer | null): Look["canary"] {
  if (answer === null) return "unanswered";
  if (answer.status === 202) return "accepted";
  return answer.status < 500 ? "refused" : "failed";
}

function hasFailed(answer: HttpAnswer | null): boolean {
  return answer === null || answer.status >= 500;
}

async function publish(
  runtime: LookRuntime,
  failures: readonly (readonly [name: string, count: number])[],
): Promise<void> {
  const Dimensions = [{ Name: "Environment", Value: variable(runtime.env, "ENVIRONMENT") }];
  const Timestamp = new Date(runtime.clock.nowMs());
  await within(runtime.clock, NOTIFY_TIMEOUT_MS, "metrics of a look", (abortSignal) =>
    runtime.cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: METRIC_NAMESPACE,
        MetricData: failures.map(([MetricName, Value]) => ({
          MetricName,
          Dimensions,
          Timestamp,
          Value,
          Unit: "Count" as const,
          StorageResolution: 1,
        })),
      }),
      { abortSignal },
    ),
  );
}
