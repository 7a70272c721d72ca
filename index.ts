import type * as pulumi from "@pulumi/pulumi";
import { ApiGateway } from "./lib/apiGateway";
import { Aurora } from "./lib/aurora";
import { readConfig } from "./lib/config";
import { Dynamodb } from "./lib/dynamodb";
import { Failover } from "./lib/failover";
import { RegionalFunctions } from "./lib/lambda";
import { Network } from "./lib/network";
import { createPlatform } from "./lib/platform";
import { Queues } from "./lib/queues";
import { Route53 } from "./lib/route53";
import { Sns } from "./lib/sns";

const config = readConfig();
const platform = createPlatform(config);

const networks = platform.inBoth(
  (region) => new Network(`network-${region.token}`, { platform, region }),
);
const topics = platform.inBoth((region) => new Sns(`topics-${region.token}`, { platform, region }));
const queues = platform.inBoth(
  (region) => new Queues(`queues-${region.token}`, { platform, region }),
);
const dynamodb = new Dynamodb("dynamodb", { platform });
const aurora = new Aurora("aurora", { platform, networks });

const functions = platform.inBoth((region) => {
  const network = networks[region.seat];
  const args = { platform, region, network, aurora, dynamodb, queues };
  return new RegionalFunctions(`functions-${region.token}`, args);
});
const apis = platform.inBoth((region) => {
  const { orderApi, health } = functions[region.seat];
  return new ApiGateway(`api-${region.token}`, { platform, region, orderApi, health });
});
const route53 = new Route53("route53", { platform, apis });

// Created last and destroyed first: what watches the platform must never see it half there.
const everything = [networks, topics, queues, { dynamodb, aurora, route53 }, functions, apis];
const failover = new Failover(
  "failover",
  { platform, dynamodb, aurora, route53, queues, functions, apis, topics },
  { dependsOn: everything.flatMap((components) => Object.values(components) as pulumi.Resource[]) },
);

export const primaryApiEndpoint = apis.home.url;
export const secondaryApiEndpoint = apis.standby.url;
export const apiDomain = route53.apiDomain;
export const nameServers = route53.nameServers;
export const auroraGlobalClusterId = aurora.globalClusterId;
export const auroraPrimaryEndpoint = aurora.members.home.endpoint;
export const auroraSecondaryEndpoint = aurora.members.standby.endpoint;
export const dynamodbTableName = dynamodb.sessionsName;
export const ledgerTableName = dynamodb.ledgerName;
export const primaryTopicArn = topics.home.alertsTopic.arn;
export const secondaryTopicArn = topics.standby.alertsTopic.arn;
export const failoverFunctionArn = failover.orchestrator.arn;
export const healthCheckId = route53.healthCheckId;
