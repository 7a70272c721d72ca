import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { SeenControl } from "../control/control";
import { readControlOrUnknown } from "../control/controlItem";
import { waitingSince } from "../orders/workIndex";
import { sleep, within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { describe, METRIC_NAMESPACE, type Log } from "../runtime/log";
import type { HttpAnswer, HttpRequest, Runtime } from "../runtime/runtime";
import { NOTIFY_TIMEOUT_MS } from "../runtime/tunables";
import { canaryOrder } from "./canaryOrder";
import {
  lastAliveAtMs,
  lastProgress,
  progressIsStale,
  type Evidence,
  type ProbeResult,
  type Progress,
} from "./evidence";
import { readHeartbeat } from "./heartbeat";
import { readProgress } from "./progress";
import { reportIgnored, type Reading } from "./storedEvidence";
import {
  CANARY_ORDERS_AT_MS,
  LOOK_SLOT_SECONDS,
  PROBE_TIMEOUT_MS,
  PROGRESS_STALE_SECONDS,
  REFUSED_RETRY_MS,
} from "./tunables";

export type ProbeRuntime = Pick<
  Runtime,
  "env" | "clock" | "http" | "canaryToken" | "dynamodb" | "cloudwatch"
>;

/** What one slot's probes found, and what the ledger contained at the same time. */
export interface Finding {
  probe: ProbeResult;
  control: SeenControl;
  /** The evidence without the probe results. */
  ledger: Omit<Evidence, "probes">;
}

/** What earlier probes found. */
export interface Known {
  looks: readonly ProbeResult[];
  progress: Progress | null;
}

const slotMs = LOOK_SLOT_SECONDS * 1000;

export function untilNextSlotMs(nowMs: number): number {
  return slotMs - (nowMs % slotMs);
}

export function untilNextSlot(runtime: Pick<Runtime, "clock">): Promise<void> {
  return sleep(runtime.clock, untilNextSlotMs(runtime.clock.nowMs()));
}

/**
 * Waits for the next slot and places canary orders meanwhile (CANARY_ORDERS_AT_MS).
 * @returns how many of them failed.
 */
export async function placeOrdersUntilNextSlot(runtime: ProbeRuntime, log: Log): Promise<number> {
  const homeUrl = variable(runtime.env, "HOME_API_URL");
  const nowMs = runtime.clock.nowMs();
  const sinceSlotMs = nowMs % slotMs;
  const placing = CANARY_ORDERS_AT_MS.filter((atMs) => atMs > sinceSlotMs).map(async (atMs) => {
    await sleep(runtime.clock, atMs - sinceSlotMs);
    return request(runtime, log, () => canaryOrder(runtime, homeUrl, nowMs));
  });
  const [answers] = await Promise.all([Promise.all(placing), untilNextSlot(runtime)]);
  return answers.filter(hasFailed).length;
}

/**
 * Probes both regions, places a canary order at home, reads the ledger and publishes the metrics of
 * the probes. Never rejects: what fails is part of the finding.
 * @param earlier stands in for items of the ledger that are absent or make no sense.
 * @param failedBefore canary orders that failed since the last call; they count in the metric.
 */
export async function probe(
  runtime: ProbeRuntime,
  log: Log,
  earlier: Known | Promise<Known>,
  failedBefore = 0,
): Promise<Finding> {
  const { env } = runtime;
  const homeUrl = variable(env, "HOME_API_URL");
  const standbyUrl = variable(env, "STANDBY_API_URL");
  const table = variable(env, "LEDGER_TABLE");
  const homeRegion = variable(env, "HOME_REGION");
  const atMs = runtime.clock.nowMs();
  const [home, standby, canary, control, alive, settled, known] = await Promise.all([
    request(runtime, log, () => ({ method: "GET", url: `${homeUrl}/health` })),
    request(runtime, log, () => ({ method: "GET", url: `${standbyUrl}/health` })),
    request(runtime, log, () => canaryOrder(runtime, homeUrl, atMs)),
    readControlOrUnknown(runtime, table, log),
    readHeartbeat(runtime, table, homeRegion, log),
    readProgress(runtime, table, homeRegion, log),
    earlier,
  ]);
  const isHomeBad = hasFailed(home);
  const aliveAtMs = lastAliveAtMs(alive, known.looks);
  const progress = lastProgress(possible(settled, control, log), known.progress);
  await publish(runtime, log, [
    ["HomeProbeFailed", Number(isHomeBad)],
    ["StandbyProbeFailed", Number(standby === null)],
    ["HomeCanaryFailed", failedBefore + Number(hasFailed(canary))],
  ]);
  return {
    probe: {
      atMs,
      home: homeOutcome(home, standby),
      canary: canaryOutcome(canary),
      aliveAgeMs: aliveAtMs === null ? null : atMs - aliveAtMs,
    },
    control,
    ledger: {
      aliveAtMs,
      progress,
      waitingSinceMs: await readWaitingSince(runtime, log, control, progress),
    },
  };
}

/** No region settles under an epoch that the control item has not reached. */
function possible(
  progress: Reading<Progress>,
  control: Finding["control"],
  log: Log,
): Reading<Progress> {
  if (typeof control === "string" || typeof progress === "string") return progress;
  if (progress.epoch <= control.epoch) return progress;
  reportIgnored(log, "progress", `epoch ${progress.epoch} is above ${control.epoch}`);
  return "absent";
}

/** Queries the index only once progress is stale: before that, the answer decides nothing. */
async function readWaitingSince(
  runtime: ProbeRuntime,
  log: Log,
  control: Finding["control"],
  progress: Evidence["progress"],
): Promise<number | null> {
  const nowMs = runtime.clock.nowMs();
  if (typeof control === "string" || !progressIsStale(control, progress, nowMs)) return null;
  const beforeMs = nowMs - PROGRESS_STALE_SECONDS * 1000;
  try {
    return await waitingSince(runtime, variable(runtime.env, "LEDGER_TABLE"), control, beforeMs);
  } catch (error) {
    log.error("waiting orders could not be read", error);
    return null;
  }
}

/**
 * Sends a request, repeatedly while a throttle refuses it: 429 says nothing about what is behind.
 * Returns null if there is no answer within PROBE_TIMEOUT_MS.
 */
async function request(
  runtime: ProbeRuntime,
  log: Log,
  prepare: () => HttpRequest | Promise<HttpRequest>,
): Promise<HttpAnswer | null> {
  const { clock } = runtime;
  const untilMs = clock.nowMs() + PROBE_TIMEOUT_MS;
  let refused: HttpAnswer | null = null;
  while (clock.nowMs() < untilMs) {
    try {
      const answer = await within(clock, untilMs - clock.nowMs(), "a probe", async (signal) =>
        runtime.http(await prepare(), signal),
      );
      if (!isRefused(answer)) return answer;
      refused = answer;
    } catch (error) {
      if (refused === null) log.info("a probe was not answered", describe(error));
      return refused;
    }
    await sleep(clock, REFUSED_RETRY_MS);
  }
  return refused;
}

function homeOutcome(home: HttpAnswer | null, standby: HttpAnswer | null): ProbeResult["home"] {
  if (hasFailed(home)) return standby === null ? "blind" : "bad";
  return isRefused(home) ? "refused" : "good";
}

function canaryOutcome(answer: HttpAnswer | null): ProbeResult["canary"] {
  if (answer === null) return "unanswered";
  if (answer.status === 202) return "accepted";
  return answer.status < 500 ? "refused" : "failed";
}

function hasFailed(answer: HttpAnswer | null): boolean {
  return answer === null || answer.status >= 500;
}

function isRefused(answer: HttpAnswer | null): boolean {
  return answer?.status === 429;
}

async function publish(
  runtime: ProbeRuntime,
  log: Log,
  failures: readonly (readonly [name: string, count: number])[],
): Promise<void> {
  const Dimensions = [{ Name: "Environment", Value: variable(runtime.env, "ENVIRONMENT") }];
  const Timestamp = new Date(runtime.clock.nowMs());
  const MetricData = failures.map(([MetricName, Value]) => ({
    MetricName,
    Dimensions,
    Timestamp,
    Value,
    Unit: "Count" as const,
    StorageResolution: 1,
  }));
  try {
    await within(runtime.clock, NOTIFY_TIMEOUT_MS, "metrics of the probes", (abortSignal) =>
      runtime.cloudwatch.send(
        new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData }),
        { abortSignal },
      ),
    );
  } catch (error) {
    log.error("the metrics could not be published", error);
  }
}
