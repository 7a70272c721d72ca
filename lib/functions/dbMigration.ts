import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { secretStatement } from "../platform/policies";
import { MIGRATION_RESERVED_CONCURRENCY, MIGRATION_TIMEOUT_SECONDS } from "../platform/tunables";
import { bundle } from "./bundle";
import type { LambdaFunction } from "./lambdaFunction";
import { type Link, databaseLink, environmentLink } from "./link";
import { schedule } from "./schedule";
import { type FunctionScope, createFunction } from "./scope";

/** A status of lambda/handlers/dbMigration.ts. */
const NOT_THE_WRITER = '"not the writer"';

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

interface Migration {
  readonly urn: string;
  readonly result: string;
}

/**
 * Why a deployment must stop after its migrations: no region had the writer, for example in the
 * middle of a takeover, so the new migrations are applied nowhere. Otherwise null.
 */
export function whyUnmigrated(migrations: readonly Migration[]): string | null {
  if (!migrations.every(({ result }) => result.includes(NOT_THE_WRITER))) return null;
  const again = migrations.map(({ urn }) => `--replace '${urn}'`).join(" ");
  return (
    "migrations: got 'not the writer' from the databases of both regions, so nothing was migrated; " +
    `once one of them is active (npm run dr -- status), run: pulumi up ${again}`
  );
}

/** Ends the program with a RunError if no region was migrated. */
export function requireMigration(migrations: readonly aws.lambda.Invocation[]): void {
  const answers = migrations.map(({ urn, result }) => ({ urn, result }));
  pulumi.output(answers).apply((all) => {
    const why = whyUnmigrated(all);
    if (why !== null) throw new pulumi.RunError(why);
  });
}
