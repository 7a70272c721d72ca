import type * as pulumi from "@pulumi/pulumi";
import { Monitoring } from "./lib/monitoring";
import { ApiGateway } from "./lib/apiGateway";
import { Aurora } from "./lib/aurora";
import { readConfig } from "./lib/config/config";
import { Dashboard } from "./lib/alarms/dashboard";
import { Domain } from "./lib/api/domain";
import { Dynamodb } from "./lib/dynamodb";
import { Failover } from "./lib/failover";
import { GameDay } from "./lib/gameDay/gameDay";
import { RegionalFunctions } from "./lib/lambda";
import { Network } from "./lib/network/network";
import { withKeys } from "./lib/encryption/regionKeys";
import { createAccessLogs } from "./lib/storage/accessLogs";
import { createPlatform } from "./lib/platform/platform";
import { mapValues } from "./lib/platform/records";
import { Notifications } from "./lib/messaging/notifications";
import { Queues } from "./lib/messaging/queues";
import { Route53 } from "./lib/route53";
import { S3 } from "./lib/s3";
import { Sns } from "./lib/sns";
import { Synthetics } from "./lib/synthetics";
import { Tokens } from "./lib/secrets/tokens";

const config = readConfig();
const platform = withKeys(createPlatform(config));

const networks = platform.inBoth(
  (region) => new Network(`network-${region.code}`, { platform, region }),
);
const topics = platform.inBoth((region) => new Sns(`topics-${region.code}`, { platform, region }));
const queues = platform.inBoth(
  (region) => new Queues(`queues-${region.code}`, { platform, region }),
);
const dynamodb = new Dynamodb("dynamodb", { platform });
const aurora = new Aurora("aurora", { platform, networks });

const accessLogs = createAccessLogs(platform);
const s3 = new S3("s3", { platform, accessLogs });
const tokens = new Tokens("tokens", { platform });

const functions = RegionalFunctions.inBoth(platform, (region) => {
  const network = networks[region.key];
  return { platform, region, network, aurora, dynamodb, queues, s3, tokens };
});
const apis = platform.inBoth((region) => {
  const { orderApi, health, authorizer } = functions[region.key].all;
  const args = { platform, region, orderApi, health, authorizer };
  return new ApiGateway(`api-${region.code}`, args);
});
const domain = config.domain && new Domain("domain", { platform, apis, ...config.domain });
const route53 = new Route53("route53", { platform, apis, domain });

const notifications = platform.inBoth((region) => {
  const args = {
    platform,
    region,
    member: aurora.members[region.key],
    topics: topics[region.key],
  };
  return new Notifications(`notifications-${region.code}`, args);
});
const synthetics = platform.inBoth((region) => {
  const { key, code } = region;
  return new Synthetics(`synthetics-${code}`, {
    platform,
    region,
    api: apis[key],
    tokens,
    accessLogs: accessLogs?.[key],
  });
});
/** What the alarms and the dashboard of a region show. */
const watched = platform.inBoth((region) => {
  const { key } = region;
  const own = { member: aurora.members[key], functions: functions[key], api: apis[key] };
  const queuesOfRegion = { queues: queues[key], synthetics: synthetics[key] };
  return { platform, region, ...own, ...queuesOfRegion, dynamodb, s3, route53 };
});
const monitoring = platform.inBoth(({ key, code }) => {
  return new Monitoring(`monitoring-${code}`, { ...watched[key], topics: topics[key] });
});
const gameDay =
  config.gameDay &&
  new GameDay("game-day", {
    platform,
    network: networks.home,
    dynamodb,
    s3,
    aurora,
    monitoring: monitoring.home,
  });
const dashboards = platform.inBoth(({ key, code }) => {
  return new Dashboard(`dashboard-${code}`, { ...watched[key], monitoring });
});

// Created last and destroyed first: failure detection must never see an incomplete platform.
const everything = [
  networks,
  topics,
  queues,
  { dynamodb, aurora, s3, tokens, ...(domain && { domain }), route53, ...(gameDay && { gameDay }) },
  functions,
  apis,
  notifications,
  synthetics,
  monitoring,
  dashboards,
];
const failover = new Failover(
  "failover",
  { platform, dynamodb, aurora, route53, queues, functions, apis, topics, tokens },
  { dependsOn: everything.flatMap((components) => Object.values(components) as pulumi.Resource[]) },
);

export const primaryApiEndpoint = apis.home.stage.invokeUrl;
export const secondaryApiEndpoint = apis.standby.stage.invokeUrl;
export const apiDomain = route53.apiDomain;
export const nameServers = route53.nameServers;
export const auroraGlobalClusterId = aurora.globalCluster.id;
export const auroraPrimaryEndpoint = aurora.members.home.cluster.endpoint;
export const auroraSecondaryEndpoint = aurora.members.standby.cluster.endpoint;
export const dynamodbTableName = dynamodb.sessions.name;
export const ledgerTableName = dynamodb.ledger.name;
export const primaryBucketName = s3.buckets.home.bucket.bucket;
export const secondaryBucketName = s3.buckets.standby.bucket.bucket;
export const primaryTopicArn = topics.home.alertsTopic.arn;
export const secondaryTopicArn = topics.standby.alertsTopic.arn;
export const failoverFunctionArn = failover.orchestrators.standby.function.arn;
export const healthCheckId = route53.homeCheck.id;
export const tokenSecretArn = tokens.clientKeys.home;
export const primaryDashboardUrl = dashboards.home.url;
export const secondaryDashboardUrl = dashboards.standby.url;

/** What `npm run dr` reads: it must find its way without asking the region that is lost. */
export const operations = {
  environment: config.env,
  retention: config.retention,
  ledgerTable: dynamodb.ledger.name,
  sessionsTable: dynamodb.sessions.name,
  globalClusterId: aurora.globalCluster.id,
  apiDomain: route53.apiDomain,
  hostedZoneId: route53.hostedZoneId,
  healthCheckIds: {
    home: route53.homeCheck.id,
    inService: route53.inServiceCheck.id,
    standby: route53.standbyCheck.id,
  },
  hasDomain: domain !== undefined,
  secretArns: {
    tokenKeys: tokens.clientKeys.home,
    canaryKeys: tokens.canaryKeys.home,
    databaseMaster: aurora.secretArns.home,
  },
  /** Templates of AWS FIS experiments in the home region. */
  experiments: gameDay ? gameDay.templateIds : {},
  regions: platform.inBoth(({ key, name, code }) => ({
    name,
    code,
    apiUrl: apis[key].stage.invokeUrl,
    orchestratorArn: failover.orchestrators[key].function.arn,
    functions: mapValues(functions[key].all, (each) => each.function.name),
    queueUrls: mapValues(queues[key].all, ({ url }) => url),
    clusterArn: aurora.members[key].cluster.arn,
    alertsTopicArn: topics[key].alertsTopic.arn,
    archiveBucket: s3.buckets[key].bucket.bucket,
    canaries: Object.values(synthetics[key].canaries).map((canary) => canary.name),
  })),
};
