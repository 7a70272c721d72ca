import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  DescribeDBClustersCommand,
  ModifyDBClusterCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { type Clock, sleep } from "../../lambda/runtime/clock";

const POLL_MS = 5_000;
/** RDS applies a password within minutes. */
const PATIENCE_MS = 10 * 60_000;

export interface MasterPorts {
  secrets: Pick<SecretsManagerClient, "send">;
  /** Of the region that writes. */
  rds: Pick<RDSClient, "send">;
  /** Of the region that writes. */
  lambda: Pick<LambdaClient, "send">;
  clock: Clock;
  say: (line: string) => void;
  randomText: () => string;
}

export interface MasterRotation {
  readonly secretArn: string;
  /** The cluster that writes. */
  readonly clusterArn: string;
  /** The function that signs in as the master user, in the same region. */
  readonly migrationArn: string;
}

/**
 * Rotates the master user's password. The secret holds the new password, as AWSPENDING, before the
 * database gets it: whoever repeats an interrupted rotation uses the same one.
 */
export async function rotateMaster(ports: MasterPorts, rotation: MasterRotation): Promise<void> {
  const { secrets, rds, say } = ports;
  const { secretArn: SecretId, clusterArn } = rotation;
  const DBClusterIdentifier = clusterArn.slice(clusterArn.lastIndexOf(":") + 1);
  const current = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const pending = await pendingVersion(ports, SecretId, current.VersionId, current.SecretString);
  await rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier,
      MasterUserPassword: passwordIn(pending.text),
      ApplyImmediately: true,
    }),
  );
  say("RDS changes the password");
  await untilApplied(ports, DBClusterIdentifier);
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: pending.id,
      RemoveFromVersionId: current.VersionId,
    }),
  );
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: "AWSPENDING",
      RemoveFromVersionId: pending.id,
    }),
  );
  await signIn(ports, rotation.migrationArn);
  say("the password is changed, and db-migration signs in with it");
}

const passwordIn = (text = "{}") => (JSON.parse(text) as { password?: string }).password;

/** The version of an interrupted rotation, or a new one. */
async function pendingVersion(
  { secrets, randomText }: MasterPorts,
  SecretId: string,
  currentId: string | undefined,
  currentText = "{}",
): Promise<{ id: string | undefined; text: string | undefined }> {
  const VersionStage = "AWSPENDING";
  try {
    const found = await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage }));
    if (found.VersionId !== currentId) return { id: found.VersionId, text: found.SecretString };
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  const text = JSON.stringify({ ...(JSON.parse(currentText) as object), password: randomText() });
  const put = { SecretId, SecretString: text, VersionStages: [VersionStage] };
  const { VersionId: id } = await secrets.send(new PutSecretValueCommand(put));
  return { id, text };
}

async function untilApplied({ rds, clock }: MasterPorts, cluster: string): Promise<void> {
  for (const endMs = clock.nowMs() + PATIENCE_MS; clock.nowMs() < endMs;) {
    // RDS shows the change a moment after it has accepted it.
    await sleep(clock, POLL_MS);
    const { DBClusters: [found] = [] } = await rds.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: cluster }),
    );
    const isPending = found?.PendingModifiedValues?.MasterUserPassword !== undefined;
    if (found?.Status === "available" && !isPending) return;
  }
  throw new Error(`rotate: ${cluster} has not applied the password yet; run the command again`);
}

async function signIn({ lambda }: MasterPorts, FunctionName: string): Promise<void> {
  const Payload = Buffer.from(JSON.stringify({ report: true }));
  const { FunctionError, Payload: answer } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload }),
  );
  if (FunctionError === undefined) return;
  const text = Buffer.from(answer ?? []).toString();
  throw new Error(`rotate: db-migration cannot sign in; run the command again. It says: ${text}`);
}
