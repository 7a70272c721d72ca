import type * as pulumi from "@pulumi/pulumi";
import { createAuthorizer } from "./functions/authorizer";
import { createDbMigration } from "./functions/dbMigration";
import { createHealth } from "./functions/health";
import type { LambdaFunction } from "./functions/lambdaFunction";
import { createOrderApi } from "./functions/orderApi";
import { createOrderProcessor } from "./functions/orderProcessor";
import type { RegionalFunctionsArgs } from "./functions/scope";
import { createSettlementSweep } from "./functions/settlementSweep";
import { RegionalComponent } from "./platform/component";
import { mapValues } from "./platform/records";

/** The functions that every region has, by stem: the name of their entry in lambda/entry. */
const creators = {
  orderApi: createOrderApi,
  orderProcessor: createOrderProcessor,
  settlementSweep: createSettlementSweep,
  health: createHealth,
  authorizer: createAuthorizer,
  dbMigration: createDbMigration,
} as const;

/**
 * The functions that every region has, from the same bundles. Those that detect an outage and fail
 * over belong to lib/failover.ts.
 */
export class RegionalFunctions extends RegionalComponent<RegionalFunctionsArgs> {
  readonly all: Readonly<Record<keyof typeof creators, LambdaFunction>>;

  constructor(name: string, args: RegionalFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("RegionalFunctions", name, args, opts);
    const scope = { ...args, name, parent: this };
    this.all = mapValues(creators, (create) => create(scope));
    this.registerOutputs(mapValues(this.all, ({ function: { arn } }) => arn));
  }
}
