import * as pulumi from "@pulumi/pulumi";
import { HEALTH_CHECK_INTERVAL_SECONDS } from "../../lambda/failover/budget";
import { HOME_REGION } from "../../lambda/runtime/tunables";
import { CANARY_SCHEDULE_MINUTES, CANARY_TIMEOUT_SECONDS } from "../platform/tunables";
import { ConfigReader, type ConfigSource } from "./configReader";
import { regionCode } from "../platform/naming";
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
  /** Addresses like `https://events.example.com/trading` that get what the e-mail addresses get. */
  readonly alertEndpoints: readonly string[];
  /** The name clients use, in a zone that is already there; absent: an undelegated zone of our own. */
  readonly domain?: { readonly domainName: string; readonly hostedZoneId: string };
  /** Whose tokens are accepted; absent: tokens of the platform's own keys. */
  readonly auth?: { readonly issuer: string; readonly audience: string };
  /** Needs the account's logging role in each region, which no environment may own. */
  readonly apiAccessLogs: boolean;
  readonly canaryScheduleMinutes: number;
  readonly canaryRuntime: string;
  /** Values of the tags Repository and Author. */
  readonly repository: string;
  readonly author: string;
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
  alertEndpoints: [] as string[],
  domainName: "",
  hostedZoneId: "",
  authIssuer: "",
  authAudience: "",
  apiAccessLogs: "false",
  canaryScheduleMinutes: String(CANARY_SCHEDULE_MINUTES),
  canaryRuntime: "syn-nodejs-puppeteer-17.0",
  repository: "trading-platform-disaster-recovery",
  author: "platform-team",
} as const;

type Reader = ConfigReader<"env" | keyof typeof configDefaults>;

/** Bounds that AWS or the length of names set. */
const ENV_LENGTH_MAX = 20;
const INSTANCES_MAX = 15;
const CONCURRENCY_MIN = 2;
const CONCURRENCY_MAX = 900;
const ACU_MAX = 256;
const CANARY_SCHEDULE_MINUTES_MAX = 60;

function readRegion(reader: Reader, key: "standbyRegion" | "witnessRegion"): string {
  const region = reader.text(key);
  try {
    regionCode(region);
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
      reader.complain(
        key as keyof typeof others,
        got,
        allowed,
        `run: pulumi config set ${key} <another region>`,
      );
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

function readDomain(reader: Reader) {
  const pair = reader.together(
    [
      "domainName",
      /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
      "a name like api.example.com",
    ],
    [
      "hostedZoneId",
      /^Z[A-Z0-9]{1,31}$/,
      "the id of the Route 53 zone of that name, like Z0123456789ABC",
    ],
  );
  return pair && { domain: { domainName: pair[0], hostedZoneId: pair[1] } };
}

function readAuth(reader: Reader) {
  const pair = reader.together(
    [
      "authIssuer",
      /^https:\/\/[\w.-]+(\/[\w./-]*[\w.-])?$/,
      "an https address without a slash at its end",
    ],
    ["authAudience", /^\S{1,256}$/, "what tokens for this platform carry as aud"],
  );
  return pair && { auth: { issuer: pair[0], audience: pair[1] } };
}

/**
 * Reads the whole configuration; the only reader of `pulumi.Config`.
 * @throws Error that lists every wrong key: what was got, what is allowed, what to do.
 */
export function readConfig(source: ConfigSource = new pulumi.Config()): PlatformConfig {
  const reader: Reader = new ConfigReader(source, configDefaults);
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
    alertEmails: reader.texts(
      "alertEmails",
      /^[^\s@]+@[^\s@]+\.\w+$/,
      "a list of e-mail addresses",
      "someone@example.com",
    ),
    alertEndpoints: reader.texts(
      "alertEndpoints",
      /^https:\/\/[^\s/@]+(\/\S*)?$/,
      "a list of https addresses",
      "https://events.example.com/trading",
    ),
    ...readDomain(reader),
    ...readAuth(reader),
    apiAccessLogs: reader.oneOf("apiAccessLogs", ["false", "true"]) === "true",
    canaryScheduleMinutes: reader.number(
      "canaryScheduleMinutes",
      // Synthetics refuses a canary that may run for longer than until its next run.
      Math.ceil(CANARY_TIMEOUT_SECONDS / 60),
      CANARY_SCHEDULE_MINUTES_MAX,
      1,
    ),
    canaryRuntime: reader.matching(
      "canaryRuntime",
      /^syn-nodejs-puppeteer-(1[1-9]|[2-9]\d)\.\d+$/,
      "syn-nodejs-puppeteer-11.0 or newer, which load scripts from the root of their archive",
    ),
    repository: reader.matching("repository", tag, tagAllowed),
    author: reader.matching("author", tag, tagAllowed),
  };
  if (reader.complaints.length > 0) {
    throw new Error(`configuration:\n  ${reader.complaints.join("\n  ")}`);
  }
  return Object.freeze(config);
}
