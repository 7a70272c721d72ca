import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Deploys an API's contract. A stage serves its last deployment, so a changed contract needs a new one.
 * The contract names the functions' ARNs: if a function is replaced under another name, the stage must
 * not go on calling the old one.
 */
export function deployContract(
  name: string,
  api: aws.apigateway.RestApi,
  opts: pulumi.CustomResourceOptions,
): aws.apigateway.Deployment {
  const contract = api.body.apply((body) => createHash("sha256").update(body!).digest("hex"));
  return new aws.apigateway.Deployment(name, { restApi: api.id, triggers: { contract } }, opts);
}
