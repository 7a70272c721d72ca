import * as aws from "@pulumi/aws";
import { secretStatement } from "../platform/policies";
import { MIGRATION_RESERVED_CONCURRENCY, MIGRATION_TIMEOUT_SECONDS } from "../platform/tunables";
import { bundle } from "./bundle";
import type { LambdaFunction } from "./lambdaFunction";
import { type Link, databaseLink, environmentLink } from "./link";
import { schedule } from "./schedule";
import { type FunctionScope, createFunction } from "./scope";

/** Migrates the schema, activates a region's database, and deletes old rows of canaries. */
export function createDbMigration(scope: FunctionScope): LambdaFunction {
  const { name, parent, platform, region, network } = scope;
  const migration = createFunction(scope, {
    stem: "dbMigration",
    links: [environmentLink(platform), databaseLink, masterLink(scope)],
    timeoutSeconds: MIGRATION_TIMEOUT_SECONDS,
    reservedConcurrency: MIGRATION_RESERVED_CONCURRENCY,
    network,
  });
  schedule(
    `${name}-prune`,
    {
      platform,
      region,
      what: "canary-prune",
      every: "day",
      description: "Deletes old rows of canaries in the region of the writer",
      target: migration,
      event: { prune: true },
    },
    { parent, provider: region.provider },
  );
  return migration;
}

/** The region's own cluster, as the owner of the schema. */
function masterLink({ region, aurora }: FunctionScope): Link {
  const secretArn = aurora.secretArns[region.key];
  return {
    environment: {
      DATABASE_ENDPOINT: aurora.members[region.key].cluster.endpoint,
      DATABASE_SECRET_ARN: secretArn,
    },
    statements: [secretStatement("MasterSecret", secretArn)],
  };
}

/**
 * Invokes the function in both regions, because the program does not know which one has the writer:
 * in the other region the function answers "not the writer" and does nothing. A new bundle may
 * bring new migrations, so it is invoked again.
 */
export function migrate(migration: LambdaFunction, scope: FunctionScope): aws.lambda.Invocation {
  const { name, parent, region, network, aurora } = scope;
  return new aws.lambda.Invocation(
    `${name}-migrate`,
    {
      functionName: migration.function.name,
      input: JSON.stringify({ migrate: true }),
      triggers: { bundle: bundle("dbMigration").sha256 },
    },
    { parent, provider: region.provider, dependsOn: [network, aurora] },
  );
}
