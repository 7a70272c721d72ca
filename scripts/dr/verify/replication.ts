import { randomUUID } from "node:crypto";
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { ARCHIVE_PREFIX } from "../../../lambda/orders/names";
import { sleep } from "../../../lambda/runtime/clock";
import type { Check } from "../check";
import type { DeployedRegion, Deployment } from "../deployment";
import { DrError } from "../exit";
import type { Tools } from "../tools";

/** What the design expects of sessions (global table, eventually consistent). */
const SESSION_SECONDS = 1;
const SESSION_PATIENCE_MS = 30_000;
const SESSION_POLL_MS = 50;
/** S3 Replication Time Control. */
const ARCHIVE_MINUTES = 15;
const ARCHIVE_POLL_MS = 10_000;

/** Replication that no order depends on: sessions and archives, in both directions. */
export function replicationChecks(
  tools: Tools,
  deployment: Deployment,
  { wait }: { wait: boolean },
): Check[] {
  const { home, standby } = deployment.regions;
  return [[home, standby] as const, [standby, home] as const].flatMap(([from, to]) => [
    sessionCheck(tools, deployment, from, to),
    archiveCheck(tools, from, to, wait),
  ]);
}

function sessionCheck(
  { aws, clock }: Tools,
  { sessionsTable: TableName }: Deployment,
  from: DeployedRegion,
  to: DeployedRegion,
): Check {
  return {
    name: `a session of ${from.name} is in ${to.name} within ${SESSION_SECONDS} s`,
    todo: "see the alarm sessions-lag; no order depends on sessions",
    find: async () => {
      const Key = { sessionId: `dr-verify-${randomUUID()}` };
      const source = aws.dynamodb(from.name);
      const startedMs = clock.nowMs();
      const expiresAtEpochSeconds = Math.round(startedMs / 1000) + 3600;
      await source.send(new PutCommand({ TableName, Item: { ...Key, expiresAtEpochSeconds } }));
      try {
        for (;;) {
          const { Item } = await aws.dynamodb(to.name).send(new GetCommand({ TableName, Key }));
          const seconds = (clock.nowMs() - startedMs) / 1000;
          const found = `${Item ? "seen" : "not seen"} after ${seconds.toFixed(2)} s`;
          if (Item !== undefined) return { isFine: seconds <= SESSION_SECONDS, found };
          if (seconds * 1000 > SESSION_PATIENCE_MS) return { isFine: false, found };
          await sleep(clock, SESSION_POLL_MS);
        }
      } finally {
        await source.send(new DeleteCommand({ TableName, Key }));
      }
    },
  };
}

function archiveCheck(
  { aws, clock }: Tools,
  from: DeployedRegion,
  to: DeployedRegion,
  wait: boolean,
): Check {
  return {
    name: `an object of ${from.name} is in ${to.name} within ${ARCHIVE_MINUTES} minutes`,
    todo: "see the alarms archives-lag and archives-failing; no order depends on archives",
    find: async () => {
      const s3 = aws.s3(from.name);
      const object = {
        Bucket: from.archiveBucket,
        Key: `${ARCHIVE_PREFIX}dr-verify-${randomUUID()}`,
      };
      const startedMs = clock.nowMs();
      await s3.send(new PutObjectCommand({ ...object, Body: "written by dr verify" }));
      for (;;) {
        const { ReplicationStatus = "none" } = await s3.send(new HeadObjectCommand(object));
        const minutes = (clock.nowMs() - startedMs) / 60_000;
        const found = `${ReplicationStatus} after ${minutes.toFixed(1)} minutes`;
        if (ReplicationStatus === "COMPLETED") {
          await s3.send(new DeleteObjectCommand(object));
          return { isFine: true, found };
        }
        if (ReplicationStatus === "FAILED" || minutes > ARCHIVE_MINUTES) {
          return { isFine: false, found };
        }
        if (!wait) throw new DrError(`${found}; repeat with --wait`);
        await sleep(clock, ARCHIVE_POLL_MS);
      }
    },
  };
}
