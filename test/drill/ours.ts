import { bundleHandlers } from "../../drill/handlers";
import { OURS } from "../../drill/runner/options";
import { Pool } from "../../drill/runner/pool";
import { cachedCapture } from "../helpers/cachedCapture";

/** One process that plays our own design: jest's other worker has the other core. */
export async function oursPool(): Promise<Pool> {
  const [{ resources }, bundle] = await Promise.all([cachedCapture(), bundleHandlers()]);
  return Pool.start({ resources, bundle, design: OURS }, 1);
}
