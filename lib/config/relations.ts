import { HOME_REGION } from "../../lambda/runtime/tunables";
import { doubtOfClass } from "./auroraClasses";
import type { ConfigReader } from "./configReader";
import { RECOMMENDED_ACU, type Values, keys } from "./keys";

/** Checks the rules that concern several keys. A value that was refused is undefined. */
export function checkRelations(values: Partial<Values>, reader: ConfigReader): void {
  const { standbyRegion, witnessRegion, alertEmails = [], alertEndpoints = [] } = values;
  if (witnessRegion !== undefined && witnessRegion === standbyRegion) {
    reader.complain({ key: "witnessRegion", got: witnessRegion, because: "is the standby region" });
  }
  // SNS treats addresses that differ only in capital letters as two, but they are one mailbox.
  const mailboxes = alertEmails.map((address) => address.toLowerCase());
  refuseTwice("alertEmails", alertEmails, mailboxes, reader);
  refuseTwice("alertEndpoints", alertEndpoints, alertEndpoints, reader);
  checkDatabase(values, reader);
}

/** Two subscriptions of one topic with the same address would be one resource twice. */
function refuseTwice(
  key: "alertEmails" | "alertEndpoints",
  got: readonly string[],
  addresses: readonly string[],
  reader: ConfigReader,
): void {
  const again = addresses.findIndex((address, index) => addresses.indexOf(address) < index);
  if (again < 0) return;
  const because = `has ${JSON.stringify(got[again])} twice`;
  const run = `pulumi config rm --path '${key}[${again}]'`;
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
