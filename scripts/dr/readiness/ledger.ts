import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { createHash } from "node:crypto";
import { arnInRegion } from "../../../lib/platform/naming";
import type { Check } from "../check";
import type { Deployment } from "../deployment";
import { DrError } from "../exit";
import type { Tools } from "../tools";

/** Is the ledger whole, with both replicas and its witness? */
export function ledgerChecks({ aws }: Tools, { ledgerTable, regions }: Deployment): Check[] {
  const { standby } = regions;
  const describe = async () => {
    const answer = await aws
      .dynamodb(standby.name)
      .send(new DescribeTableCommand({ TableName: ledgerTable }));
    if (answer.Table === undefined) throw new DrError(`${ledgerTable} is not described`);
    return answer.Table;
  };
  return [
    {
      name: "the ledger is active in both regions",
      todo: "see the table's replicas in the DynamoDB console; orders need two of three regions",
      find: async () => {
        const { TableStatus = "unknown", Replicas = [] } = await describe();
        const others = Replicas.map((each) => `${each.RegionName} ${each.ReplicaStatus}`);
        const isFine =
          TableStatus === "ACTIVE" &&
          Replicas.length > 0 &&
          Replicas.every(({ ReplicaStatus }) => ReplicaStatus === "ACTIVE");
        return { isFine, found: [`${standby.name} ${TableStatus}`, ...others].join(", ") };
      },
    },
    {
      name: "the ledger has its witness and strong consistency",
      todo: "without a witness the loss of one region stops the ledger: see docs/architecture.md",
      find: async () => {
        const { GlobalTableWitnesses = [], MultiRegionConsistency = "EVENTUAL" } = await describe();
        const [witness] = GlobalTableWitnesses;
        const isFine = witness?.WitnessStatus === "ACTIVE" && MultiRegionConsistency === "STRONG";
        const found = `${witness?.RegionName ?? "no witness"} ${witness?.WitnessStatus ?? ""}, ${MultiRegionConsistency}`;
        return { isFine, found };
      },
    },
  ];
}

/** Do both regions have the same secrets? Compares hashes: no secret is printed. */
export function secretChecks({ aws }: Tools, { secretArns, regions }: Deployment): Check[] {
  const hashIn = async (region: string, arn: string) => {
    const SecretId = arnInRegion(arn, region);
    const { SecretString } = await aws
      .secrets(region)
      .send(new GetSecretValueCommand({ SecretId }));
    return createHash("sha256")
      .update(SecretString ?? "")
      .digest("hex");
  };
  return Object.entries(secretArns).map(([name, arn]) => ({
    name: `the secret ${name} is the same in both regions`,
    todo: "replicate it again: aws secretsmanager replicate-secret-to-regions --force-overwrite-replica-secret",
    find: async () => {
      const hashes = await Promise.all([
        hashIn(regions.standby.name, arn),
        hashIn(regions.home.name, arn),
      ]);
      const isFine = hashes[0] === hashes[1];
      return { isFine, found: isFine ? "equal" : "different" };
    },
  }));
}
