import * as aws from "@pulumi/aws";
import type { Stem } from "../../lambda/functions";
import type { ChildOptions, RegionalArgs } from "./component";
import { functionBaseName } from "./naming";
import { serviceTrustPolicy } from "./policies";

/** The role that Lambda assumes for a function. */
export function createExecutionRole(
  { platform, region }: RegionalArgs,
  stem: Stem,
  opts: ChildOptions,
): aws.iam.Role {
  return new aws.iam.Role(
    `${stem}-${region.code}`,
    {
      name: platform.nameOf("role", functionBaseName(stem), region),
      assumeRolePolicy: serviceTrustPolicy("lambda.amazonaws.com"),
    },
    opts,
  );
}
