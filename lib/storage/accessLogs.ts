import type { Pair, Platform } from "../platform/platform";
import { Bucket } from "./bucket";

/** A bucket in each region for the access logs of its other buckets. Its own access is not logged. */
export function createAccessLogs(platform: Platform): Pair<Bucket> | undefined {
  const { auditLogs, logRetentionDays } = platform.retention;
  if (!auditLogs) return undefined;
  const expiry = { prefix: "", days: logRetentionDays };
  return platform.inBoth((region) => {
    const bucket = { platform, region, what: "access-logs", expiry, isForAccessLogs: true };
    return new Bucket(`access-logs-${region.code}`, bucket);
  });
}
