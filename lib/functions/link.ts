import * as pulumi from "@pulumi/pulumi";
import { APPLICATION_USER } from "../../lambda/orders/migrations";
import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import { type Aurora, DATABASE_NAME } from "../aurora";
import type { Dynamodb } from "../dynamodb";
import type { RegionalArgs } from "../platform/component";
import type { Platform, Region } from "../platform/platform";
import { type Statement, metricsStatement, secretStatement } from "../platform/policies";
import type { Tokens } from "../secrets/tokens";

/** What code needs to use something: variables that name it, and rights of the code's role. */
export interface Link {
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statements?: readonly Statement[];
}

export function environmentOf(links: readonly Link[]): Record<string, pulumi.Input<string>> {
  return Object.assign({}, ...links.map(({ environment }) => environment)) as Record<
    string,
    pulumi.Input<string>
  >;
}

export function statementsOf(links: readonly Link[]): Statement[] {
  return links.flatMap(({ statements = [] }) => statements);
}

export function environmentLink(platform: Platform): Link {
  return { environment: { ENVIRONMENT: platform.config.env } };
}

/** The keys that each action on the ledger may name. `*` matches any text. */
export type LedgerRights = Readonly<Record<string, readonly string[]>>;

/**
 * The region's replica of the ledger, with the names of both regions, which its items carry.
 * Every action has a key condition, so a function cannot write or delete another function's items.
 * `ForAllValues` is also true for a request without keys, so use it only with actions that name
 * keys: never with Scan or PartiQLSelect.
 */
export function ledgerLink(
  { platform, region, dynamodb }: RegionalArgs & { readonly dynamodb: Dynamodb },
  rights: LedgerRights,
): Link {
  return {
    environment: {
      ENVIRONMENT: platform.config.env,
      HOME_REGION: platform.home.name,
      STANDBY_REGION: platform.standby.name,
      LEDGER_TABLE: dynamodb.ledger.name,
    },
    statements: Object.entries(rights).map(([action, keys]) => ({
      Sid: `Ledger${action}`,
      Action: [`dynamodb:${action}`],
      Resource: [dynamodb.ledgerArnIn(region)],
      Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...keys] } },
    })),
  };
}

/** The index over open and closed orders, beside `ledgerLink`. It contains only keys of orders. */
export function workIndexLink(dynamodb: Dynamodb, region: Region): Link {
  const Resource = [dynamodb.workIndexArnIn(region)];
  return { statements: [{ Sid: "WorkIndex", Action: ["dynamodb:Query"], Resource }] };
}

/** The region's own copy of the keys that sign and verify canaries' tokens. */
export function canaryKeysLink(tokens: Tokens, region: Region): Link {
  const secretArn = tokens.canaryKeys[region.key];
  return {
    environment: { CANARY_SECRET_ARN: secretArn },
    statements: [secretStatement("CanarySecret", secretArn)],
  };
}

/** Our own metrics, for functions outside the network; the others write them as log lines. */
export const metricsLink: Link = { statements: [metricsStatement(METRIC_NAMESPACE)] };

/** What every function that speaks SQL needs. */
export const databaseLink: Link = {
  environment: {
    DATABASE_NAME,
    // Since Node 20 the runtime trusts the certificate authority of RDS only if this is set.
    NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
  },
};

/** Signing in to the region's own cluster as the application, with a token and no password. */
export function signInLink({
  platform,
  region,
  aurora,
}: RegionalArgs & { readonly aurora: Aurora }): Link {
  const { clusterResourceId } = aurora.members[region.key].cluster;
  const users = pulumi.interpolate`arn:aws:rds-db:${region.name}:${platform.accountId}:dbuser`;
  const user = pulumi.interpolate`${users}:${clusterResourceId}/${APPLICATION_USER}`;
  return {
    ...databaseLink,
    statements: [{ Sid: "Database", Action: ["rds-db:connect"], Resource: [user] }],
  };
}
