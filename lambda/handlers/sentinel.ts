import { InvokeCommand } from "@aws-sdk/client-lambda";
import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { createLog } from "../runtime/log";
import {
  look,
  untilNextSlotMs,
  watchUntilNextSlot,
  type LookRuntime,
  type Seen,
} from "../detection/look";
import type { Runtime } from "../runtime/runtime";
import { acceptingHasStopped, looksWorrying, progressIsStale, type Look } from "../detection/signs";
import { LOOKS_KEPT, LOOP_SECONDS } from "../detection/tunables";
import { NOTIFY_TIMEOUT_MS } from "../runtime/tunables";
import { readLooks, writeLooks } from "../detection/vitalSigns";

export type SentinelRuntime = LookRuntime & Pick<Runtime, "write" | "lambda">;

/**
 * Looks on every slot for LOOP_SECONDS, or until the next loop has taken over, and wakes the
 * orchestrator when something is worth a second look. It decides nothing: its looks go into the
 * ledger, where its next loop and the orchestrator's runs find them.
 */
export function createSentinel(runtime: SentinelRuntime): () => Promise<void> {
  const { env, clock } = runtime;
  const table = variable(env, "LEDGER_TABLE");
  const home = variable(env, "HOME_REGION");
  const log = createLog(runtime, "sentinel");

  async function wake(because: string): Promise<void> {
    log.info("waking the orchestrator", { because });
    await within(clock, NOTIFY_TIMEOUT_MS, "wake-up", (abortSignal) =>
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

  return async () => {
    const loopStartedAtMs = clock.nowMs();
    const endMs = loopStartedAtMs + LOOP_SECONDS * 1000;
    let { looks } = await readLooks(runtime, table);
    let isNewest = true;
    while (isNewest && clock.nowMs() + untilNextSlotMs(clock.nowMs()) < endMs) {
      const seen = await look(runtime, await watchUntilNextSlot(runtime));
      looks = [...looks, seen.look].slice(-LOOKS_KEPT);
      const because = reasonToWake(seen, looks, home, clock.nowMs());
      const isCalm = because === null && isUnsuspicious(seen, home);
      const newestAtMs = seen.look.atMs;
      const [written, woken] = await Promise.allSettled([
        writeLooks(runtime, table, { looks, newestAtMs, loopStartedAtMs, isCalm }),
        because === null ? undefined : wake(because),
      ]);
      if (written.status === "fulfilled") isNewest = written.value;
      for (const step of [written, woken]) {
        if (step.status === "rejected") log.error("a step failed", step.reason);
      }
    }
  };
}

/** A first bad look wakes nobody yet, nor does an untold activation, but a tick shall see for itself. */
function isUnsuspicious({ look: { home: seen }, control }: Seen, home: string): boolean {
  if (typeof control === "string" || control.notifiedEpoch < control.epoch) return false;
  return seen === "good" || control.active !== home;
}

/** Why this slot is worth a run of the orchestrator, or null. */
function reasonToWake(
  { look: { home: seen }, control, ledger }: Seen,
  looks: readonly Look[],
  home: string,
  nowMs: number,
): string | null {
  if (typeof control === "string") return looksWorrying(looks) ? `home looks ${seen}` : null;
  if (control.target !== null) return `on the way to ${control.target}`;
  // With the standby active nothing begins by itself, however home looks.
  if (control.active !== home) return null;
  if (looksWorrying(looks)) return `home looks ${seen}`;
  const { progress } = ledger;
  if (acceptingHasStopped(control, progress, looks, nowMs)) return "canary orders fail";
  return progressIsStale(control, progress, nowMs) ? "settling is silent" : null;
}
