import { InvokeCommand } from "@aws-sdk/client-lambda";
import { acceptingHasStopped, areSuspicious, progressIsStale } from "../detection/evidence";
import type { ProbeResult } from "../detection/evidence";
import { placeOrdersUntilNextSlot, probe, untilNextSlotMs } from "../detection/probe";
import type { Finding, Known, ProbeRuntime } from "../detection/probe";
import { readSentinelProbes, writeSentinelProbes } from "../detection/sentinelProbes";
import { LOOKS_KEPT, LOOP_SECONDS } from "../detection/tunables";
import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { readSentinelEvent } from "../runtime/events";
import { createLog } from "../runtime/log";
import type { Runtime } from "../runtime/runtime";
import { NOTIFY_TIMEOUT_MS } from "../runtime/tunables";

export type SentinelRuntime = ProbeRuntime & Pick<Runtime, "write" | "lambda">;

/**
 * Probes both regions on every slot for LOOP_SECONDS, or until a newer loop has started. Stores the
 * results in the ledger for the next loop and the orchestrator, and invokes the orchestrator if
 * there is something to decide. The sentinel itself decides nothing.
 */
export function createSentinel(runtime: SentinelRuntime): (event: unknown) => Promise<void> {
  const { env, clock } = runtime;
  const table = variable(env, "LEDGER_TABLE");
  const home = variable(env, "HOME_REGION");
  const log = createLog(runtime, "sentinel");

  async function invokeOrchestrator(because: string): Promise<void> {
    log.info("invoking the orchestrator", { because });
    await within(clock, NOTIFY_TIMEOUT_MS, "invocation of the orchestrator", (abortSignal) =>
      runtime.lambda(variable(env, "AWS_REGION")).send(
        new InvokeCommand({
          FunctionName: variable(env, "ORCHESTRATOR_FUNCTION"),
          InvocationType: "Event",
          Payload: Buffer.from(JSON.stringify({ trigger: "sentinel" })),
        }),
        { abortSignal },
      ),
    );
  }

  /** What an earlier loop of this execution environment knew at its end. */
  let remembered: Known & { atMs: number } = { looks: [], progress: null, atMs: -Infinity };

  return async (event) => {
    readSentinelEvent(event);
    const loopStartedAtMs = clock.nowMs();
    const endMs = loopStartedAtMs + LOOP_SECONDS * 1000;
    const stored = await readSentinelProbes(runtime, table, log);
    // Both what home wrote and the stored results may make no sense, and nobody may replace them.
    const isKept = loopStartedAtMs - remembered.atMs <= LOOP_SECONDS * 1000;
    const known = stored.looks.length === 0 && isKept ? remembered : stored;
    let { looks: probes } = stored;
    let { progress } = known;
    let isNewest = true;
    while (isNewest && clock.nowMs() + untilNextSlotMs(clock.nowMs()) < endMs) {
      const failed = await placeOrdersUntilNextSlot(runtime, log);
      const { looks } = probes.length === 0 ? known : { looks: probes };
      const finding = await probe(runtime, log, { looks, progress }, failed);
      probes = [...probes, finding.probe].slice(-LOOKS_KEPT);
      progress = finding.ledger.progress ?? progress;
      remembered = { looks: probes, progress, atMs: finding.probe.atMs };
      const because = reasonToInvoke(finding, probes, home, clock.nowMs());
      const isCalm = because === null && isUnsuspicious(finding, home);
      const found = { looks: probes, newestAtMs: finding.probe.atMs, progress };
      const [written, invoked] = await Promise.allSettled([
        writeSentinelProbes(runtime, table, { ...found, loopStartedAtMs, isCalm }),
        because === null ? undefined : invokeOrchestrator(because),
      ]);
      if (written.status === "fulfilled") isNewest = written.value;
      else log.error("the probes could not be stored", written.reason);
      if (invoked.status === "rejected") {
        log.error("the orchestrator could not be invoked", invoked.reason);
      }
    }
  };
}

/**
 * A first bad probe or an unpublished activation is no reason to invoke the orchestrator, but the
 * orchestrator's tick must then probe for itself instead of trusting the sentinel.
 */
function isUnsuspicious({ probe: { home: seen }, control }: Finding, home: string): boolean {
  if (typeof control === "string" || control.notifiedEpoch < control.epoch) return false;
  return seen === "good" || control.active !== home;
}

/** Why the orchestrator should be invoked on this slot, or null. */
function reasonToInvoke(
  { probe: { home: seen }, control, ledger }: Finding,
  probes: readonly ProbeResult[],
  home: string,
  nowMs: number,
): string | null {
  const because = areSuspicious(probes) ? `probes of home: ${seen}` : null;
  if (typeof control === "string") return because;
  if (control.target !== null) return `${control.target} is taking over`;
  // While the standby is active, nothing fails over automatically.
  if (control.active !== home) return null;
  if (because !== null) return because;
  const { progress } = ledger;
  if (acceptingHasStopped(control, progress, probes, nowMs)) return "canary orders fail";
  return progressIsStale(control, progress, nowMs) ? "no progress in settling" : null;
}
