import * as pulumi from "@pulumi/pulumi";
import { HOME_REGION } from "../../lambda/runtime/tunables";
import { ConfigReader } from "./configReader";
import { type Values, keys } from "./keys";
import { checkRelations } from "./relations";
import { type Texts, findUnread, textsOf } from "./unreadKeys";

/** The configuration, validated. lib/config/keys.ts and Pulumi.yaml describe the keys. */
export type PlatformConfig = Readonly<ReturnType<typeof derived>>;

/** Turns the values of the keys into the groups, numbers and booleans that the program uses. */
function derived(values: Values) {
  const { auroraServerlessMinAcu: min, auroraServerlessMaxAcu: max, ...rest } = values;
  const { homeZones: home, standbyZones: standby, ...others } = rest;
  const { domainName, hostedZoneId, authIssuer: issuer, authAudience: audience, ...plain } = others;
  return {
    ...plain,
    /** Fixed: Route 53 publishes its metrics only in us-east-1. */
    homeRegion: HOME_REGION,
    /** The availability zones of the networks. None: the first ones of the region. */
    zones: { home, standby },
    healthCheckIntervalSeconds: Number(plain.healthCheckIntervalSeconds),
    apiAccessLogs:
      plain.apiAccessLogs === "true" ||
      (plain.apiAccessLogs === "durable" && plain.retention === "durable"),
    customerManagedKeys: plain.customerManagedKeys === "true",
    gameDay: plain.gameDay === "true",
    /** Capacity of `db.serverless`; undefined for other classes. */
    auroraServerlessAcu: plain.auroraInstanceClass === "db.serverless" ? { min, max } : undefined,
    /** The name that clients use. Undefined: the program creates an undelegated zone. */
    domain: domainName && hostedZoneId ? { domainName, hostedZoneId } : undefined,
    /** The issuer of accepted tokens. Undefined: tokens are signed with the platform's keys. */
    auth: issuer && audience ? { issuer, audience } : undefined,
  };
}

export interface Stack {
  readonly project: string;
  readonly all: Texts;
  readonly warn: (message: string) => void;
}

function stackOfProgram(): Stack {
  return {
    project: pulumi.getProject(),
    all: pulumi.runtime.allConfig(),
    warn: (message) => void pulumi.log.warn(message),
  };
}

/**
 * Reads the whole configuration. Nothing else reads the configuration of the stack.
 * @throws RunError that lists every wrong key: what was got, what is allowed, what to do. The engine
 * prints its message alone, without a stack trace.
 */
export function readConfig({ project, all, warn }: Stack = stackOfProgram()): PlatformConfig {
  const reader = new ConfigReader(textsOf(project, all), keys);
  const values = Object.fromEntries(
    Object.keys(keys).map((name) => [name, reader.read(name)]),
  ) as Values;
  checkRelations(values, reader);
  const { refused, ignored } = findUnread(project, all, keys);
  for (const warning of [...ignored, ...reader.warnings]) warn(`configuration: ${warning}`);
  const complaints = [...refused, ...reader.complaints];
  if (complaints.length > 0) {
    throw new pulumi.RunError(`configuration:\n  ${complaints.join("\n  ")}`);
  }
  return Object.freeze(derived(values));
}
