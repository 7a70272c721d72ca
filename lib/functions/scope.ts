import type * as pulumi from "@pulumi/pulumi";
import type { Aurora } from "../aurora";
import type { Dynamodb } from "../dynamodb";
import type { Queues } from "../messaging/queues";
import type { Network } from "../network/network";
import type { RegionalArgs } from "../platform/component";
import type { Pair } from "../platform/platform";
import type { S3 } from "../s3";
import type { Tokens } from "../secrets/tokens";
import { LambdaFunction, type LambdaFunctionArgs } from "./lambdaFunction";

/** What the functions of a region use. */
export interface RegionalFunctionsArgs extends RegionalArgs {
  readonly network: Network;
  readonly aurora: Aurora;
  readonly dynamodb: Dynamodb;
  /** Of both regions: order-api sends hints to the active one. */
  readonly queues: Pair<Queues>;
  readonly s3: S3;
  readonly tokens: Tokens;
}

/** The component that creates a function. */
export interface Owner {
  /** First part of the logical names of what belongs to a function. */
  readonly name: string;
  readonly parent: pulumi.Resource;
  /**
   * What is deployed before the function.
   * @default - nothing but what the function uses
   */
  readonly after?: readonly pulumi.Resource[];
}

export type FunctionScope = RegionalFunctionsArgs & Owner;

/** What differs between functions; the region, its failures queue and the parent follow from the scope. */
export type FunctionDefinition = Omit<LambdaFunctionArgs, "platform" | "region" | "failuresQueue">;

/** Creates a function of a region. */
export function createFunction(
  scope: RegionalArgs & Pick<FunctionScope, "queues" | "parent" | "after">,
  definition: FunctionDefinition,
): LambdaFunction {
  const { platform, region, queues, parent, after = [] } = scope;
  const failuresQueue = queues[region.key].failures;
  return new LambdaFunction(
    `${definition.stem}-${region.code}`,
    { platform, region, failuresQueue, ...definition },
    { parent, dependsOn: [...after] },
  );
}
