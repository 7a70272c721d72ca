import { InvokeCommand } from "@aws-sdk/client-lambda";
import { within } from "../shared/clock";
import { variable } from "../shared/env";
import { createLog } from "../shared/log";
import { look, untilNextSlot, untilNextSlotMs, type LookRuntime, type Seen } from "../shared/look";
import type { Runtime } from "../shared/runtime";
import { looksWorrying, progressIsStale, type Look } from "../shared/signs";
import { LOOKS_KEPT, LOOP_SECONDS, NOTIFY_TIMEOUT_MS } from "../shared/tunables";
import { writeLooks } from "../shared/vitalSigns";

export type SentinelRuntime = LookRuntime & Pick<Runtime, "write" | "lambda">;

/**
 * Looks on every slot for LOOP_SECONDS and wakes the orchestrator when something is worth a second
 * look. It decides nothing: its looks go into the ledger, where an invoked run finds them.
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
    const endMs = clock.nowMs() + LOOP_SECONDS * 1000;
    let looks: Look[] = [];
    while (clock.nowMs() + untilNextSlotMs(clock.nowMs()) < endMs) {
      await untilNextSlot(runtime);
      const seen = await look(runtime);
      looks = [...looks, seen.look].slice(-LOOKS_KEPT);
      const because = reasonToWake(seen, looks, home, clock.nowMs());
      const steps = [
        writeLooks(runtime, table, looks),
        ...(because === null ? [] : [wake(because)]),
      ];
      for (const step of await Promise.allSettled(steps)) {
        if (step.status === "rejected") log.error("a step failed", step.reason);
      }
    }
  };
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
  return progressIsStale(control, ledger.progress, nowMs) ? "settling is silent" : null;
}
