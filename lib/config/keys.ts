import { z } from "zod";
import { HEALTH_CHECK_INTERVAL_SECONDS } from "../../lambda/failover/budget";
import { HOME_REGION } from "../../lambda/runtime/tunables";
import { CANARY_SCHEDULE_MINUTES, CANARY_TIMEOUT_SECONDS, ZONES } from "../platform/tunables";
import { doubtOfVersion, whyNoVersion } from "./auroraVersions";
import { whyNoClass } from "./auroraClasses";
import { type TextOf, type ValueOf, halves, integer, list, oneOf, text, together } from "./key";
import { type UsableRegion, usableRegions, whyNoRegion } from "./regions";
import { whyReserved } from "./reservedNames";

/** A longer name makes physical names too long for AWS. */
const ENV_LENGTH_MAX = 20;
/** AWS recommends at least this capacity for the primary cluster of a global database. */
export const RECOMMENDED_ACU = 8;
/** The maximum of S3: a hundred years. */
const OBJECT_LOCK_DAYS_MAX = 36_500;
/** The newest Synthetics runtime that this program knows. */
const CANARY_RUNTIME = "17.0";

const tag = {
  pattern: /^[\w .:/=+@-]{1,256}$/,
  allowed: "1 to 256 letters, digits, spaces and _.:/=+@-",
};

function region(fallback: UsableRegion) {
  const others = usableRegions.filter((name) => name !== HOME_REGION);
  return {
    schema: z.string().min(1),
    default: fallback as string,
    allowed: others.join(", "),
    refusal: (name: string) => {
      if (name === HOME_REGION) return "is the home region";
      return others.some((other) => other === name) ? undefined : whyNoRegion(name);
    },
  };
}

const concurrency = integer(4, 900, 10);

function zones(region: string) {
  const allowed = `a list of ${ZONES} zones of ${region}, each like us-east-1a, or an empty list`;
  return list({ pattern: /^[a-z]+-[a-z]+-\d[a-z]$/, allowed });
}

/**
 * Every configuration key, in the order of Pulumi.yaml, which has the same keys and defaults and
 * describes them; a test compares the two.
 */
export const keys = {
  env: {
    ...text({
      pattern: new RegExp(`^(?=.{1,${ENV_LENGTH_MAX}}$)[a-z](-?[a-z0-9])*$`),
      allowed: `1 to ${ENV_LENGTH_MAX} of a-z, 0-9 and single hyphens, starting with a letter`,
    }),
    refusal: whyReserved,
  },
  standbyRegion: region("us-east-2"),
  witnessRegion: region("us-west-2"),
  homeZones: zones(HOME_REGION),
  standbyZones: zones("standbyRegion"),
  retention: oneOf("ephemeral", "durable"),
  auroraEngineVersion: {
    ...text(
      { pattern: /^[1-9]\d+\.\d+$/, allowed: "15.10 or newer, as major.minor in quotes" },
      "15.10",
    ),
    refusal: whyNoVersion,
    doubt: doubtOfVersion,
  },
  auroraInstanceClass: {
    ...text(
      { pattern: /./, allowed: "a memory optimised class like db.r6g.large, or db.serverless" },
      "db.r6g.large",
    ),
    refusal: whyNoClass,
  },
  auroraServerlessMinAcu: halves(0.5, 256, RECOMMENDED_ACU),
  auroraServerlessMaxAcu: halves(1, 256, 32),
  auroraInstancesPerRegion: integer(1, 15, 2),
  healthCheckIntervalSeconds: oneOf(`${HEALTH_CHECK_INTERVAL_SECONDS}`, "10"),
  orderProcessorReservedConcurrency: {
    ...concurrency,
    schema: concurrency.schema.or(z.literal("unreserved")),
    allowed: `${concurrency.allowed}, or unreserved`,
  },
  alertEmails: list({ pattern: /^[^\s@]+@[^\s@]+\.\w+$/, allowed: "a list of e-mail addresses" }),
  alertEndpoints: list({
    pattern: /^https:\/\/[^\s/@]+(\/\S*)?$/,
    allowed: "a list of https addresses",
  }),
  domainName: together(
    {
      ...text({
        pattern: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
        allowed: "a name like api.example.com",
      }),
      refusal: (name: string) =>
        name.length > 64 ? "is longer than the 64 characters that ACM allows" : undefined,
    },
    "domainName",
    "hostedZoneId",
  ),
  hostedZoneId: together(
    text({
      pattern: /^Z[A-Z0-9]{1,31}$/,
      allowed: "the id of the Route 53 zone of that name, like Z0123456789ABC",
    }),
    "hostedZoneId",
    "domainName",
  ),
  // Compared with `iss` as it stands: providers differ in the slash at the end.
  authIssuer: together(
    text({
      pattern: /^https:\/\/[\w.-]+(:\d+)?(\/[\w.~/:-]*)?$/,
      allowed: "an https address, exactly as the identity provider writes it into iss",
    }),
    "authIssuer",
    "authAudience",
  ),
  authAudience: together(
    text({ pattern: /^\S{1,256}$/, allowed: "what tokens for this platform carry as aud" }),
    "authAudience",
    "authIssuer",
  ),
  apiAccessLogs: oneOf("durable", "true", "false"),
  customerManagedKeys: oneOf("false", "true"),
  objectLockDays: integer(0, OBJECT_LOCK_DAYS_MAX, 0),
  gameDay: oneOf("false", "true"),
  // Synthetics refuses a canary whose timeout is longer than its schedule.
  canaryScheduleMinutes: integer(
    Math.ceil(CANARY_TIMEOUT_SECONDS / 60),
    60,
    CANARY_SCHEDULE_MINUTES,
  ),
  canaryRuntime: {
    ...text(
      {
        pattern: /^syn-nodejs-puppeteer-\d+\.\d+$/,
        allowed: "syn-nodejs-puppeteer-12.0 or newer",
      },
      `syn-nodejs-puppeteer-${CANARY_RUNTIME}`,
    ),
    refusal: (runtime: string) =>
      puppeteerVersion(runtime) < 12
        ? "runs on a version of Node for which Lambda creates no new functions"
        : undefined,
    doubt: (runtime: string) =>
      puppeteerVersion(runtime) > Number(CANARY_RUNTIME)
        ? "is newer than the runtimes that this program knows; check that both regions offer it: " +
          "aws synthetics describe-runtime-versions"
        : undefined,
  },
  permissionsBoundary: {
    ...text({
      pattern: /^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/,
      allowed: "the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/boundary",
    }),
    isUsed: (textOf: TextOf) => textOf("permissionsBoundary") !== "",
  },
  repository: text(tag, "trading-platform-disaster-recovery"),
  author: text(tag, "platform-team"),
} as const;

/** The values of all keys. */
export type Values = { readonly [Name in keyof typeof keys]: ValueOf<(typeof keys)[Name]> };

function puppeteerVersion(runtime: string): number {
  return Number(/[\d.]+$/.exec(runtime)?.[0]);
}
