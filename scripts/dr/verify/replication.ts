import { randomUUID } from "node:crypto";
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { ARCHIVE_PREFIX } from "../../../lambda/orders/names";
import { sleep } from "../../../lambda/runtime/clock";
import type { Check } from "../check";
import type { DeployedRegion, Deployment } from "../deployment";
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

export function sessionCheck(
  tools: Tools,
  deployment: Deployment,
  from: DeployedRegion,
  to: DeployedRegion,
): Check {
  return {
    name: `a session of ${from.name} is in ${to.name} within ${SESSION_SECONDS} s`,
    todo: "see the alarm sessions-lag; no order depends on sessions",
    find: async () => {
      const { isSeen, seconds } = await replicateSession(tools, deployment, from, to);
      const found = `${isSeen ? "seen" : "not seen"} after ${seconds.toFixed(2)} s`;
      return { isFine: isSeen && seconds <= SESSION_SECONDS, found };
    },
  };
}

/** Writes a session in one region, waits at most 30 s for it in the other one, and deletes it. */
export async function replicateSession(
  { aws, clock }: Tools,
  { sessionsTable: TableName }: Deployment,
  from: DeployedRegion,
  to: DeployedRegion,
): Promise<{ isSeen: boolean; seconds: number }> {
  const Key = { sessionId: `dr-verify-${randomUUID()}` };
  const source = aws.dynamodb(from.name);
  const startedMs = clock.nowMs();
  const expiresAtEpochSeconds = Math.round(startedMs / 1000) + 3600;
  await source.send(new PutCommand({ TableName, Item: { ...Key, expiresAtEpochSeconds } }));
  try {
    for (;;) {
      const { Item } = await aws.dynamodb(to.name).send(new GetCommand({ TableName, Key }));
      const seconds = (clock.nowMs() - startedMs) / 1000;
      const isSeen = Item !== undefined;
      if (isSeen || seconds * 1000 > SESSION_PATIENCE_MS) return { isSeen, seconds };
      await sleep(clock, SESSION_POLL_MS);
    }
  } finally {
    await source.send(new DeleteCommand({ TableName, Key }));
  }
}

export function archiveCheck(
  tools: Tools,
  from: DeployedRegion,
  to: DeployedRegion,
  wait: boolean,
): Check {
  const { aws, clock } = tools;
  return {
    name: `an object of ${from.name} is in ${to.name} within ${ARCHIVE_MINUTES} minutes`,
    todo: "see the alarms archives-lag and archives-failing; no order depends on archives",
    find: async () => {
      const s3 = aws.s3(from.name);
      const startedMs = clock.nowMs();
      const object = await putArchive(tools, from);
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
        if (!wait)
          return { isFine: false, found: `${found}; repeat with --wait`, isOptional: true };
        await sleep(clock, ARCHIVE_POLL_MS);
      }
    },
  };
}

/** An object under the archives' prefix. It expires with the archives. */
export async function putArchive({ aws }: Tools, { name, archiveBucket }: DeployedRegion) {
  const object = { Bucket: archiveBucket, Key: `${ARCHIVE_PREFIX}dr-verify-${randomUUID()}` };
  await aws.s3(name).send(new PutObjectCommand({ ...object, Body: "written by dr verify" }));
  return object;
}
