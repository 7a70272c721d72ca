import { regionCode } from "../../lib/platform/naming";
import { HOME_REGION } from "../../lambda/runtime/tunables";
import { partsOf, settingOf, type Preview } from "./preview";

/** AWS refuses a reservation that would leave an account less than this. */
const UNRESERVED_MIN = 100;

/** What the functions that a preview creates reserve of each region's concurrency. */
export function reservedByRegion(preview: Preview): Map<string, number> {
  const regions = [HOME_REGION, settingOf(preview, "standbyRegion") ?? ""].filter(Boolean);
  const reserved = new Map<string, number>();
  for (const { op, urn, provider, newState } of preview.steps) {
    if (op !== "create" || partsOf(urn).type !== "aws:lambda/function:Function") continue;
    const wanted = Number(newState?.inputs?.["reservedConcurrentExecutions"] ?? 0);
    const region = regions.find((name) => provider?.includes(`:aws::${regionCode(name)}::`));
    if (region && wanted > 0) reserved.set(region, (reserved.get(region) ?? 0) + wanted);
  }
  return reserved;
}

/** Why a region's account cannot hold the new functions; null if it can, or if nobody knows. */
export function concurrencyProblem(
  region: string,
  reserved: number,
  unreserved: number | undefined,
): string | null {
  if (unreserved === undefined || unreserved - reserved >= UNRESERVED_MIN) return null;
  const missing = reserved + UNRESERVED_MIN - unreserved;
  return (
    `${region}: got an account with ${unreserved} unreserved concurrent executions of Lambda; the new ` +
    `functions reserve ${reserved} and AWS keeps ${UNRESERVED_MIN} unreserved; ask for ${missing} more ` +
    '(Service Quotas, Lambda, "Concurrent executions"), or set orderProcessorReservedConcurrency to unreserved'
  );
}
