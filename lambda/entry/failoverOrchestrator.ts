import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { RDSClient } from "@aws-sdk/client-rds";
import { Route53Client } from "@aws-sdk/client-route-53";
import { SNSClient } from "@aws-sdk/client-sns";
import { createFailoverOrchestrator } from "../handlers/failoverOrchestrator";
import { base } from "./base";
import { clientOptions, perRegion } from "./clients";
import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { http } from "./http";
import { lambda } from "./lambda";
import { canaryToken } from "./canaryToken";

export const handler = createFailoverOrchestrator({
  ...base,
  canaryToken,
  cloudwatch,
  dynamodb,
  http,
  lambda,
  eventbridge: perRegion((region) => new EventBridgeClient({ region, ...clientOptions })),
  rds: perRegion((region) => new RDSClient({ region, ...clientOptions })),
  route53: new Route53Client({ region: "us-east-1", ...clientOptions }),
  sns: perRegion((region) => new SNSClient({ region, ...clientOptions })),
});
