import { HOME_REGION } from "../../lambda/runtime/tunables";
import { doubtOfClass } from "./auroraClasses";
import type { ConfigReader } from "./configReader";
import { connectionsNeeded, serverlessConnections } from "./connections";
import {
  AUTHORIZER_RESERVED_CONCURRENCY,
  HEALTH_RESERVED_CONCURRENCY,
  MIGRATION_RESERVED_CONCURRENCY,
  ORCHESTRATOR_RESERVED_CONCURRENCY,
  ORDER_API_RESERVED_CONCURRENCY,
  SENTINEL_RESERVED_CONCURRENCY,
  SWEEP_RESERVED_CONCURRENCY,
  ZONES,
} from "../platform/tunables";
import { RECOMMENDED_ACU, type Values, keys } from "./keys";

/** Lambda keeps this many for functions without a reservation. */
const UNRESERVED_CONCURRENCY = 100;
/** Lambda's default quota of a region. */
const DEFAULT_CONCURRENCY = 1_000;

/** Checks the rules that concern several keys or a whole list. A value that was refused is undefined. */
export function checkRelations(values: Partial<Values>, reader: ConfigReader): void {
  const { standbyRegion, witnessRegion, alertEmails = [], alertEndpoints = [] } = values;
  if (witnessRegion !== undefined && witnessRegion === standbyRegion) {
    reader.complain({ key: "witnessRegion", got: witnessRegion, because: "is the standby region" });
  }
  // Addresses that differ only in capital letters reach one mailbox.
  const mailboxes = alertEmails.map((address) => address.toLowerCase());
  refuseTwice("alertEmails", alertEmails, mailboxes, reader);
  refuseTwice("alertEndpoints", alertEndpoints, alertEndpoints, reader);
  checkZones("homeZones", values.homeZones, HOME_REGION, reader);
  checkZones("standbyZones", values.standbyZones, standbyRegion, reader);
  checkLock(values, reader);
  checkDatabase(values, reader);
  checkConnections(values, reader);
  checkConcurrency(values, reader);
}

/** Nothing empties a bucket whose objects are locked. */
function checkLock({ objectLockDays, retention }: Partial<Values>, reader: ConfigReader): void {
  if (!objectLockDays || retention !== "ephemeral") return;
  const because =
    "needs retention durable: an environment with locked archives cannot be destroyed";
  reader.complain({ key: "objectLockDays", got: objectLockDays, because });
}

/** Zones must be different ones of the region, as many as a network has. */
function checkZones(
  key: "homeZones" | "standbyZones",
  zones: readonly string[] = [],
  region: string | undefined,
  reader: ConfigReader,
): void {
  if (zones.length === 0 || region === undefined) return;
  const own = new Set(zones.filter((zone) => zone.slice(0, -1) === region));
  if (own.size === ZONES && zones.length === ZONES) return;
  reader.complain({ key, got: zones, because: `is not ${ZONES} different zones of ${region}` });
}

/** Two subscriptions of one topic with the same address would be one resource twice. */
function refuseTwice(
  key: "alertEmails" | "alertEndpoints",
  got: readonly string[],
  addresses: readonly string[],
  reader: ConfigReader,
): void {
  const isFirst = (index: number) => addresses.indexOf(addresses[index]!) === index;
  const again = got.find((_, index) => !isFirst(index));
  if (again === undefined) return;
  const once = JSON.stringify(got.filter((_, index) => isFirst(index)));
  const because = `has ${JSON.stringify(again)} twice`;
  const run = `pulumi config set ${key} '${once.replaceAll("'", "'\\''")}'`;
  reader.complain({ key, got, because, allowed: "each address once", run });
}

function checkDatabase(values: Partial<Values>, reader: ConfigReader): void {
  const { auroraInstanceClass, standbyRegion } = values;
  const { auroraServerlessMinAcu: min, auroraServerlessMaxAcu: max } = values;
  if (min !== undefined && max !== undefined && min > max) {
    const allowed = `at least auroraServerlessMinAcu, ${min}`;
    reader.complain({ key: "auroraServerlessMaxAcu", got: max, allowed });
  }
  if (auroraInstanceClass === "db.serverless") {
    if (min === undefined || min >= RECOMMENDED_ACU) return;
    const recommended = `the ${RECOMMENDED_ACU} ACU that AWS recommends for a global database`;
    reader.warn("auroraServerlessMinAcu", min, `is less than ${recommended}`);
  } else if (auroraInstanceClass !== undefined) {
    const capacities = { auroraServerlessMinAcu: min, auroraServerlessMaxAcu: max };
    warnOfUnused(capacities, `auroraInstanceClass is ${auroraInstanceClass}`, reader);
    for (const region of [HOME_REGION, standbyRegion]) {
      const doubt = region && doubtOfClass(auroraInstanceClass, region);
      if (doubt) reader.warn("auroraInstanceClass", auroraInstanceClass, doubt);
    }
  }
}

/**
 * An activation must find a free connection beside those of order-processor. Other classes than
 * db.serverless have enough of them for every allowed concurrency.
 */
function checkConnections(values: Partial<Values>, reader: ConfigReader): void {
  const { auroraServerlessMinAcu: min, auroraServerlessMaxAcu: max } = values;
  const { auroraInstanceClass, orderProcessorReservedConcurrency: processors } = values;
  if (auroraInstanceClass !== "db.serverless" || typeof processors !== "number") return;
  if (min === undefined || max === undefined) return;
  const [needed, available] = [connectionsNeeded(processors), serverlessConnections(min, max)];
  if (needed <= available) return;
  reader.complain({
    key: "orderProcessorReservedConcurrency",
    got: processors,
    because: `needs ${needed} database connections, more than the ${available} of ${min} to ${max} ACU`,
    allowed: `at most ${processors - (needed - available)}, or a higher auroraServerlessMaxAcu`,
  });
}

/** The standby region reserves most: it also has the sentinel. */
function checkConcurrency(values: Partial<Values>, reader: ConfigReader): void {
  const { orderProcessorReservedConcurrency: processors, retention } = values;
  if (typeof processors !== "number" || retention === undefined) return;
  const needed =
    processors +
    ORDER_API_RESERVED_CONCURRENCY[retention] +
    AUTHORIZER_RESERVED_CONCURRENCY[retention] +
    HEALTH_RESERVED_CONCURRENCY +
    MIGRATION_RESERVED_CONCURRENCY +
    SWEEP_RESERVED_CONCURRENCY +
    SENTINEL_RESERVED_CONCURRENCY +
    ORCHESTRATOR_RESERVED_CONCURRENCY +
    UNRESERVED_CONCURRENCY;
  if (needed <= DEFAULT_CONCURRENCY) return;
  const doubt =
    `needs a Lambda concurrency quota of ${needed} in the standby region, more than the default of ` +
    `${DEFAULT_CONCURRENCY}: aws lambda get-account-settings`;
  reader.warn("orderProcessorReservedConcurrency", processors, doubt);
}

/** Warns of values that were set, but have no effect. */
function warnOfUnused(
  values: Partial<Record<keyof typeof keys, number | undefined>>,
  because: string,
  reader: ConfigReader,
): void {
  for (const [key, value] of Object.entries(values)) {
    const { default: fallback } = keys[key as keyof typeof keys];
    if (value === undefined || String(value) === fallback) continue;
    reader.warn(key, value, `has no effect, because ${because}`);
  }
}
