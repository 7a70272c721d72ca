import { z } from "zod";
import { HEALTH_CHECK_INTERVAL_SECONDS } from "../../lambda/failover/budget";
import { regionCode } from "../platform/naming";
import { CANARY_SCHEDULE_MINUTES, CANARY_TIMEOUT_SECONDS } from "../platform/tunables";
import { type TextOf, list, number, oneOf, text, together } from "./key";

/** A longer name makes physical names too long for AWS. */
const ENV_LENGTH_MAX = 20;

const tag = {
  pattern: /^[\w .:/=+@-]{1,256}$/,
  allowed: "1 to 256 letters, digits, spaces and _.:/=+@-",
};

/** Accepts what `regionCode` accepts. */
function region(fallback: string) {
  const isRegion = (name: string) => {
    try {
      return regionCode(name) !== "";
    } catch {
      return false;
    }
  };
  const key = text({ pattern: /./, allowed: "an AWS region like us-east-2" }, fallback);
  return { ...key, schema: key.schema.refine(isRegion), remedy: fallback };
}

const ifServerless = (textOf: TextOf) => textOf("auroraInstanceClass") === "db.serverless";

const concurrency = number(4, 900, 1, 10);

/**
 * Every configuration key, in the order of Pulumi.yaml, which has the same keys and defaults and
 * describes them; a test compares the two.
 */
export const keys = {
  env: text({
    pattern: new RegExp(`^(?=.{1,${ENV_LENGTH_MAX}}$)[a-z](-?[a-z0-9])*$`),
    allowed: `1 to ${ENV_LENGTH_MAX} of a-z, 0-9 and single hyphens, starting with a letter`,
  }),
  standbyRegion: region("us-east-2"),
  witnessRegion: region("us-west-2"),
  retention: oneOf("ephemeral", "durable"),
  auroraEngineVersion: text(
    { pattern: /^(15\.[1-9]\d|1[6-9]\.\d+)$/, allowed: "15.10 or newer, as major.minor" },
    "15.10",
  ),
  auroraInstanceClass: text(
    {
      pattern: /^db\.(serverless|[rx]\d\w*\.\d*x?large)$/,
      allowed: "a memory optimised class like db.r6g.large, or db.serverless",
    },
    "db.r6g.large",
  ),
  auroraServerlessMinAcu: { ...number(0.5, 256, 0.5, 8), isUsed: ifServerless },
  auroraServerlessMaxAcu: { ...number(1, 256, 0.5, 32), isUsed: ifServerless },
  auroraInstancesPerRegion: number(1, 15, 1, 2),
  healthCheckIntervalSeconds: oneOf(`${HEALTH_CHECK_INTERVAL_SECONDS}`, "10"),
  orderProcessorReservedConcurrency: {
    ...concurrency,
    schema: concurrency.schema.or(z.literal("unreserved")),
    allowed: `${concurrency.allowed}, or unreserved`,
  },
  alertEmails: list(
    { pattern: /^[^\s@]+@[^\s@]+\.\w+$/, allowed: "a list of e-mail addresses" },
    "someone@example.com",
  ),
  alertEndpoints: list(
    { pattern: /^https:\/\/[^\s/@]+(\/\S*)?$/, allowed: "a list of https addresses" },
    "https://events.example.com/trading",
  ),
  domainName: together(
    text({
      pattern: /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
      allowed: "a name like api.example.com",
    }),
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
  authIssuer: together(
    text({
      pattern: /^https:\/\/[\w.-]+(\/[\w./-]*[\w.-])?$/,
      allowed: "an https address without a slash at its end",
    }),
    "authIssuer",
    "authAudience",
  ),
  authAudience: together(
    text({ pattern: /^\S{1,256}$/, allowed: "what tokens for this platform carry as aud" }),
    "authAudience",
    "authIssuer",
  ),
  apiAccessLogs: oneOf("false", "true"),
  // Synthetics refuses a canary whose timeout is longer than its schedule.
  canaryScheduleMinutes: number(
    Math.ceil(CANARY_TIMEOUT_SECONDS / 60),
    60,
    1,
    CANARY_SCHEDULE_MINUTES,
  ),
  canaryRuntime: text(
    {
      pattern: /^syn-nodejs-puppeteer-(1[1-9]|[2-9]\d)\.\d+$/,
      allowed:
        "syn-nodejs-puppeteer-11.0 or newer, which load scripts from the root of their archive",
    },
    "syn-nodejs-puppeteer-17.0",
  ),
  repository: text(tag, "trading-platform-disaster-recovery"),
  author: text(tag, "platform-team"),
} as const;
