import * as pulumi from "@pulumi/pulumi";
import { HOME_REGION } from "../../lambda/runtime/tunables";
import type { ValueOf } from "./key";
import { keys } from "./keys";
import { ConfigReader, type ConfigSource } from "./configReader";

/** The values of all keys. */
type Values = { readonly [Name in keyof typeof keys]: ValueOf<(typeof keys)[Name]> };

/** The configuration, validated. lib/config/keys.ts and Pulumi.yaml describe the keys. */
export type PlatformConfig = Readonly<ReturnType<typeof derived>>;

/** Turns the values of the keys into the groups, numbers and booleans that the program uses. */
function derived(values: Values) {
  const { auroraServerlessMinAcu: min, auroraServerlessMaxAcu: max, ...rest } = values;
  const { domainName, hostedZoneId, authIssuer: issuer, authAudience: audience, ...plain } = rest;
  return {
    ...plain,
    /** Fixed: Route 53 publishes its metrics only in us-east-1. */
    homeRegion: HOME_REGION,
    healthCheckIntervalSeconds: Number(plain.healthCheckIntervalSeconds),
    apiAccessLogs: plain.apiAccessLogs === "true",
    /** Capacity of `db.serverless`; undefined for other classes. */
    auroraServerlessAcu: min !== undefined && max !== undefined ? { min, max } : undefined,
    /** The name that clients use. Undefined: the program creates an undelegated zone. */
    domain: domainName && hostedZoneId ? { domainName, hostedZoneId } : undefined,
    /** The issuer of accepted tokens. Undefined: tokens are signed with the platform's keys. */
    auth: issuer && audience ? { issuer, audience } : undefined,
  };
}

/** Checks the rules that concern several keys. */
function checkRelations(values: Partial<Values>, reader: ConfigReader): void {
  const { standbyRegion, witnessRegion } = values;
  const others = { standbyRegion: [HOME_REGION], witnessRegion: [HOME_REGION, standbyRegion] };
  for (const [name, got] of Object.entries({ standbyRegion, witnessRegion })) {
    const taken = others[name as keyof typeof others];
    if (got !== undefined && taken.includes(got)) {
      reader.complain(name, got, `a region other than ${taken.join(" and ")}`, "<another region>");
    }
  }
  const { auroraServerlessMinAcu: min, auroraServerlessMaxAcu: max } = values;
  if (min !== undefined && max !== undefined && min > max) {
    reader.complain("auroraServerlessMaxAcu", max, `at least the minimum, ${min}`, "<number>");
  }
}

/**
 * Reads the whole configuration. Nothing else reads `pulumi.Config`.
 * @throws Error that lists every wrong key: what was got, what is allowed, what to do.
 */
export function readConfig(source: ConfigSource = new pulumi.Config()): PlatformConfig {
  const reader = new ConfigReader(source, keys);
  const values = Object.fromEntries(
    Object.keys(keys).map((name) => [name, reader.read(name)]),
  ) as Values;
  checkRelations(values, reader);
  if (reader.complaints.length > 0) {
    throw new Error(`configuration:\n  ${reader.complaints.join("\n  ")}`);
  }
  return Object.freeze(derived(values));
}
