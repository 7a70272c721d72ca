import * as pulumi from "@pulumi/pulumi";
import { HEALTH_CHECK_INTERVAL_SECONDS, HOME_REGION } from "../lambda/shared/tunables";
import { regionToken } from "./naming";
import type { Retention } from "./retention";

/** Everything the program can be told, validated. */
export interface PlatformConfig {
  /** First part of every physical name. */
  readonly env: string;
  /** Fixed: Route 53 publishes its metrics in us-east-1 alone. */
  readonly homeRegion: string;
  readonly standbyRegion: string;
  /** Only votes for the ledger; no provider and no other resource. */
  readonly witnessRegion: string;
  readonly retention: Retention;
  readonly auroraEngineVersion: string;
  readonly auroraInstanceClass: string;
  /** Capacity with `db.serverless`, else absent. */
  readonly auroraServerlessAcu?: { readonly min: number; readonly max: number };
  readonly auroraInstancesPerRegion: number;
  readonly healthCheckIntervalSeconds: 10 | 30;
  /** `unreserved` reserves nothing for any function. */
  readonly orderProcessorReservedConcurrency: number | "unreserved";
  readonly alertEmails: readonly string[];
  /** Values of the tags Repository and Author. */
  readonly repository: string;
  readonly author: string;
}

/** What `pulumi.Config` offers, as far as it is used here. */
export interface ConfigSource {
  get(key: string): string | undefined;
  getObject<T>(key: string): T | undefined;
}

/** The values where nothing is configured; Pulumi.yaml shows the same ones. */
export const configDefaults = {
  standbyRegion: "us-east-2",
  witnessRegion: "us-west-2",
  retention: "ephemeral",
  auroraEngineVersion: "15.10",
  auroraInstanceClass: "db.r6g.large",
  auroraServerlessMinAcu: "8",
  auroraServerlessMaxAcu: "32",
  auroraInstancesPerRegion: "2",
  healthCheckIntervalSeconds: String(HEALTH_CHECK_INTERVAL_SECONDS),
  orderProcessorReservedConcurrency: "10",
  alertEmails: [] as string[],
  repository: "trading-platform-disaster-recovery",
  author: "platform-team",
} as const;

type Key = "env" | keyof typeof configDefaults;

/** Bounds that AWS or the length of names set. */
const ENV_LENGTH_MAX = 20;
const INSTANCES_MAX = 15;
const CONCURRENCY_MIN = 2;
const CONCURRENCY_MAX = 900;
const ACU_MAX = 256;

/** Reads and checks one key after the other and remembers every complaint. */
class Reader {
  readonly complaints: string[] = [];
  constructor(private readonly source: ConfigSource) {}

  text(key: Exclude<Key, "alertEmails">): string {
    return this.source.get(key) ?? (key === "env" ? "" : configDefaults[key]);
  }

  complain(key: Key, got: unknown, allowed: string, remedy: string): void {
    this.complaints.push(`${key}: got ${JSON.stringify(got)}; allowed: ${allowed}; ${remedy}`);
  }

  matching(key: Exclude<Key, "alertEmails">, pattern: RegExp, allowed: string): string {
    const got = this.text(key);
    if (!pattern.test(got)) {
      this.complain(key, got, allowed, `run: pulumi config set ${key} <value>`);
    }
    return got;
  }

  number(key: Exclude<Key, "alertEmails">, min: number, max: number, step: number): number {
    const got = this.text(key);
    const value = Number(got);
    if (got.trim() === "" || !(value >= min && value <= max) || value % step !== 0) {
      const allowed = `${min} to ${max} in steps of ${step}`;
      this.complain(key, got, allowed, `run: pulumi config set ${key} <number>`);
    }
    return value;
  }

  oneOf<T extends string>(key: Exclude<Key, "alertEmails">, allowed: readonly T[]): T {
    const got = this.text(key);
    if (!(allowed as readonly string[]).includes(got)) {
      this.complain(key, got, allowed.join(" or "), `run: pulumi config set ${key} ${allowed[0]}`);
    }
    return got as T;
  }

  emails(): string[] {
    let got: unknown;
    try {
      got = this.source.getObject("alertEmails") ?? configDefaults.alertEmails;
    } catch {
      got = this.source.get("alertEmails");
    }
    const valid =
      Array.isArray(got) && got.every((email) => /^[^\s@]+@[^\s@]+\.\w+$/.test(String(email)));
    if (!valid) {
      const remedy = "run: pulumi config set --path 'alertEmails[0]' someone@example.com";
      this.complain("alertEmails", got, "a list of e-mail addresses", remedy);
    }
    return valid ? (got as string[]) : [];
  }
}

function readRegion(reader: Reader, key: "standbyRegion" | "witnessRegion"): string {
  const region = reader.text(key);
  try {
    regionToken(region);
  } catch {
    const remedy = `run: pulumi config set ${key} ${configDefaults[key]}`;
    reader.complain(key, region, "an AWS region like us-east-2", remedy);
  }
  return region;
}

function readRegions(reader: Reader) {
  const standbyRegion = readRegion(reader, "standbyRegion");
  const witnessRegion = readRegion(reader, "witnessRegion");
  const others = { standbyRegion: [HOME_REGION], witnessRegion: [HOME_REGION, standbyRegion] };
  for (const [key, got] of Object.entries({ standbyRegion, witnessRegion })) {
    const taken = others[key as keyof typeof others];
    if (taken.includes(got)) {
      const allowed = `a region other than ${taken.join(" and ")}`;
      reader.complain(key as Key, got, allowed, `run: pulumi config set ${key} <another region>`);
    }
  }
  return { homeRegion: HOME_REGION, standbyRegion, witnessRegion };
}

function readAurora(reader: Reader) {
  const auroraEngineVersion = reader.matching(
    "auroraEngineVersion",
    /^(15\.[1-9]\d|1[6-9]\.\d+)$/,
    "15.10 or newer, as major.minor",
  );
  const auroraInstanceClass = reader.matching(
    "auroraInstanceClass",
    /^db\.(serverless|[rx]\d\w*\.\d*x?large)$/,
    "a memory optimised class like db.r6g.large, or db.serverless",
  );
  const auroraInstancesPerRegion = reader.number("auroraInstancesPerRegion", 1, INSTANCES_MAX, 1);
  const common = { auroraEngineVersion, auroraInstanceClass, auroraInstancesPerRegion };
  if (auroraInstanceClass !== "db.serverless") return common;
  const min = reader.number("auroraServerlessMinAcu", 0.5, ACU_MAX, 0.5);
  const max = reader.number("auroraServerlessMaxAcu", 1, ACU_MAX, 0.5);
  if (min > max) {
    const remedy = "run: pulumi config set auroraServerlessMaxAcu <number>";
    reader.complain("auroraServerlessMaxAcu", max, `at least the minimum, ${min}`, remedy);
  }
  return { ...common, auroraServerlessAcu: { min, max } };
}

function readConcurrency(reader: Reader): number | "unreserved" {
  const key = "orderProcessorReservedConcurrency";
  if (reader.text(key) === "unreserved") return "unreserved";
  return reader.number(key, CONCURRENCY_MIN, CONCURRENCY_MAX, 1);
}

/**
 * Reads the whole configuration; the only reader of `pulumi.Config`.
 * @throws Error that lists every wrong key: what was got, what is allowed, what to do.
 */
export function readConfig(source: ConfigSource = new pulumi.Config()): PlatformConfig {
  const reader = new Reader(source);
  const env = reader.matching(
    "env",
    new RegExp(`^(?=.{1,${ENV_LENGTH_MAX}}$)[a-z](-?[a-z0-9])*$`),
    `1 to ${ENV_LENGTH_MAX} of a-z, 0-9 and single hyphens, starting with a letter`,
  );
  const tag = /^[\w .:/=+@-]{1,256}$/;
  const tagAllowed = "1 to 256 letters, digits, spaces and _.:/=+@-";
  const config: PlatformConfig = {
    env,
    ...readRegions(reader),
    retention: reader.oneOf("retention", ["ephemeral", "durable"]),
    ...readAurora(reader),
    healthCheckIntervalSeconds:
      reader.oneOf("healthCheckIntervalSeconds", ["30", "10"]) === "10" ? 10 : 30,
    orderProcessorReservedConcurrency: readConcurrency(reader),
    alertEmails: reader.emails(),
    repository: reader.matching("repository", tag, tagAllowed),
    author: reader.matching("author", tag, tagAllowed),
  };
  if (reader.complaints.length > 0) {
    throw new Error(`configuration:\n  ${reader.complaints.join("\n  ")}`);
  }
  return Object.freeze(config);
}
