import { DescribeDBClustersCommand } from "@aws-sdk/client-rds";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { readTakeovers } from "../../../lambda/failover/takeovers";
import type { ExperimentName } from "../../../lib/gameDay/experiments";
import { nameOf } from "../arn";
import { isSilence } from "../aws";
import type { DeployedRegion, Deployment } from "../deployment";
import type { Tools } from "../tools";
import { putArchive, replicateSession } from "../verify/replication";

/** Whether the fault shows itself at this moment. */
export type Evidence = () => Promise<boolean>;

/** Called before the start. */
type CreateEvidence = (tools: Tools, deployment: Deployment) => Evidence | Promise<Evidence>;

/** With replication, an archive is copied within seconds (S3 Replication Time Control). */
const ARCHIVE_PENDING_MS = 60_000;

/** How each experiment's fault shows itself. Null: nothing that `dr` can read shows it. */
export const evidenceOf: Readonly<Record<ExperimentName, CreateEvidence | null>> = {
  "ledger-replication": ledgerFails,
  "session-replication": sessionsStay,
  "archive-replication": archivesStay,
  "database-failover": writerChanges,
  "cross-region-connectivity": null,
};

/** A strongly consistent read in home's region fails. */
function ledgerFails({ aws, clock }: Tools, { ledgerTable, regions }: Deployment): Evidence {
  const runtime = { clock, dynamodb: aws.dynamodb(regions.home.name) };
  return async () => {
    try {
      await readTakeovers(runtime, ledgerTable);
      return false;
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      return isSilence(error) || ($metadata?.httpStatusCode ?? 0) >= 500;
    }
  };
}

function sessionsStay(tools: Tools, deployment: Deployment): Evidence {
  const { home, standby } = deployment.regions;
  return async () => {
    const { isSeen } = await replicateSession(tools, deployment, home, standby);
    return !isSeen;
  };
}

/** An object is still waiting a minute after it was written. One that arrives is followed by another. */
function archivesStay(tools: Tools, { regions }: Deployment): Evidence {
  const { aws, clock } = tools;
  let waiting: (Awaited<ReturnType<typeof putArchive>> & { atMs: number }) | null = null;
  return async () => {
    waiting ??= { ...(await putArchive(tools, regions.home)), atMs: clock.nowMs() };
    const { atMs, ...object } = waiting;
    const { ReplicationStatus } = await aws
      .s3(regions.home.name)
      .send(new HeadObjectCommand(object));
    if (ReplicationStatus === "COMPLETED") waiting = null;
    return waiting !== null && clock.nowMs() - atMs >= ARCHIVE_PENDING_MS;
  };
}

/** Another instance of home's cluster writes than before the start. */
async function writerChanges(tools: Tools, { regions }: Deployment): Promise<Evidence> {
  const before = await writingInstance(tools, regions.home);
  return async () => {
    const now = await writingInstance(tools, regions.home);
    return now !== undefined && now !== before;
  };
}

async function writingInstance({ aws }: Tools, { name, clusterArn }: DeployedRegion) {
  const answer = await aws
    .rds(name)
    .send(new DescribeDBClustersCommand({ DBClusterIdentifier: nameOf(clusterArn) }));
  const members = answer.DBClusters?.[0]?.DBClusterMembers ?? [];
  return members.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;
}
