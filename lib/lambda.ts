import type * as pulumi from "@pulumi/pulumi";
import { createAuthorizer } from "./functions/authorizer";
import { createDbMigration, migrate, requireMigration } from "./functions/dbMigration";
import { createHealth } from "./functions/health";
import type { LambdaFunction } from "./functions/lambdaFunction";
import { createOrderApi } from "./functions/orderApi";
import { createOrderProcessor } from "./functions/orderProcessor";
import type { FunctionScope, RegionalFunctionsArgs } from "./functions/scope";
import { createSettlementSweep } from "./functions/settlementSweep";
import { RegionalComponent } from "./platform/component";
import type { Pair, Platform, Region } from "./platform/platform";
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

type RegionalStem = keyof typeof creators;

/**
 * The functions that every region has, from the same bundles. Those that detect an outage and fail
 * over belong to lib/failover.ts.
 */
export class RegionalFunctions extends RegionalComponent<RegionalFunctionsArgs> {
  private readonly created: Partial<Record<RegionalStem, LambdaFunction>> = {};

  private constructor(
    name: string,
    args: RegionalFunctionsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("RegionalFunctions", name, args, opts);
  }

  /**
   * Creates the functions of both regions in the order in which a new version is deployed: the schema
   * first, then what reads orders, then what accepts them. So no function meets a column or a field
   * that it does not know yet, in whichever region it runs.
   */
  static inBoth(
    platform: Platform,
    argsOf: (region: Region) => RegionalFunctionsArgs,
  ): Pair<RegionalFunctions> {
    const both = platform.inBoth(
      (region) => new RegionalFunctions(`functions-${region.code}`, argsOf(region)),
    );
    const { home, standby } = both;
    const migrations = [home.migrate(), standby.migrate()];
    requireMigration(migrations);
    const readers = [home, standby].flatMap((each) => each.createReaders(migrations));
    for (const each of [home, standby]) each.createOrderApi(readers);
    return both;
  }

  get all(): Readonly<Record<RegionalStem, LambdaFunction>> {
    return this.created as Record<RegionalStem, LambdaFunction>;
  }

  private create(stem: RegionalStem, after?: readonly pulumi.Resource[]): LambdaFunction {
    return (this.created[stem] = creators[stem]({ ...this.scope, ...(after && { after }) }));
  }

  private get scope(): FunctionScope {
    return { ...this.args, name: this.name, parent: this };
  }

  /** Neither health nor authorizer reads orders or the database. */
  private migrate() {
    for (const stem of ["health", "authorizer"] as const) this.create(stem);
    return migrate(this.create("dbMigration"), this.scope);
  }

  private createReaders(after: readonly pulumi.Resource[]): LambdaFunction[] {
    return [this.create("orderProcessor", after), this.create("settlementSweep", after)];
  }

  private createOrderApi(after: readonly pulumi.Resource[]): void {
    this.create("orderApi", after);
    this.registerOutputs(mapValues(this.all, ({ function: { arn } }) => arn));
  }
}
