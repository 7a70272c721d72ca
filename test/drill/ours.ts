import { bundleHandlers } from "../../drill/handlers";
import { OURS } from "../../drill/runner/options";
import { Pool } from "../../drill/runner/pool";
import { cachedCapture } from "../helpers/cachedCapture";

/** Processes that play our own design; each has to warm up anew. */
export async function oursPool(jobs: number): Promise<Pool> {
  const [{ resources }, bundle] = await Promise.all([cachedCapture(), bundleHandlers()]);
  return Pool.start({ resources, bundle, design: OURS }, jobs);
}
