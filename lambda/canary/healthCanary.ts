import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import type { Runtime } from "../runtime/runtime";
import { PROBE_TIMEOUT_MS } from "../detection/tunables";
import { shown } from "./shown";

export type HealthCanaryRuntime = Pick<Runtime, "env" | "clock" | "http">;

/**
 * Checks that a region's API reaches the ledger and that the right region answers.
 * @throws Error with the actual answer. CloudWatch Synthetics counts that as a failed run.
 */
export function createHealthCanary(runtime: HealthCanaryRuntime): () => Promise<string> {
  const url = `${variable(runtime.env, "API_URL")}/health`;
  const region = variable(runtime.env, "AWS_REGION");
  return async () => {
    const startedMs = runtime.clock.nowMs();
    const answer = await within(runtime.clock, PROBE_TIMEOUT_MS, `GET ${url}`, (signal) =>
      runtime.http({ method: "GET", url }, signal),
    );
    if (answer.status !== 200) throw new Error(`GET ${url}: expected 200, ${shown(answer)}`);
    const body = JSON.parse(answer.body) as { region?: string; ledger?: string };
    if (body.region !== region || body.ledger !== "reachable") {
      throw new Error(`GET ${url}: expected the ledger reachable in ${region}, ${shown(answer)}`);
    }
    return `healthy in ${runtime.clock.nowMs() - startedMs} ms`;
  };
}
