import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { CapturedResource } from "../support/capture/capture";
import { type NameKind, nameLengthMax } from "../lib/platform/naming";
import { type Program, loadProgram, statements } from "./helpers/program";

/** As long as config allows. */
const LONGEST_ENV = "a".repeat(20);
const longestNames = {
  config: { env: LONGEST_ENV, standbyRegion: "ap-northeast-1" },
};

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

function custom(of: Program): CapturedResource[] {
  return of.resources.filter(({ type }) => type.startsWith("aws:"));
}

/** Every text in a value, with where it is. */
function texts(value: unknown, at = ""): [string, string][] {
  if (typeof value === "string") return [[at, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => texts(item, `${at}/${key}`));
}

test("every resource has an explicit provider, and none has a region property", () => {
  for (const { urn, provider, inputs, region } of custom(program)) {
    expect([urn, provider]).toEqual([urn, expect.stringMatching(/::(use1|use2)$/)]);
    expect(region).toBe(provider?.endsWith("use1") ? "us-east-1" : "us-east-2");
    expect(inputs).not.toHaveProperty("region");
  }
});

test("a resource whose name has a region is in that region", () => {
  for (const { urn, region, inputs } of custom(program)) {
    for (const [at, text] of texts(inputs)) {
      if (!/^\/(name|clusterIdentifier|identifier|alarmName)$/.test(at)) continue;
      const token = /use[12](?=$|\/)/.exec(text)?.[0];
      const regionOf = { use1: "us-east-1", use2: "us-east-2" }[token ?? ""];
      expect([urn, token === undefined ? region : regionOf]).toEqual([urn, region]);
    }
  }
});

test("no physical name and no value depends on which region is active", () => {
  const roles = custom(program).flatMap(({ urn, inputs }) =>
    texts(inputs)
      .filter(([at]) => !at.startsWith("/failoverRoutingPolicies"))
      // How AWS names a metric of whichever instance writes.
      .filter(([at]) => at !== "/dimensions/Role")
      .filter(([, text]) => /\b(primary|secondary|writer|reader)\b/i.test(text))
      .filter(([at]) => !/description$/i.test(at))
      .map(([at, text]) => `${urn}${at}: ${text}`),
  );
  expect(roles).toEqual([]);
});

test("default providers are disabled for the project", () => {
  const text = readFileSync(path.join(__dirname, "../Pulumi.yaml"), "utf8");
  expect(text).toMatch(/\n {2}pulumi:disable-default-providers:\n {4}value: \[aws\]\n/);
});

const namedBy: Readonly<Record<string, [string, NameKind]>> = {
  "apigateway/restApi": ["name", "api"],
  "cloudwatch/dashboard": ["dashboardName", "dashboard"],
  "cloudwatch/compositeAlarm": ["alarmName", "alarm"],
  "cloudwatch/eventRule": ["name", "eventRule"],
  "cloudwatch/logGroup": ["name", "logGroup"],
  "cloudwatch/metricAlarm": ["name", "alarm"],
  "dynamodb/table": ["name", "table"],
  "ec2/securityGroup": ["name", "securityGroup"],
  "iam/role": ["name", "role"],
  "kms/alias": ["name", "keyAlias"],
  "lambda/function": ["name", "function"],
  "rds/cluster": ["clusterIdentifier", "database"],
  "rds/clusterInstance": ["identifier", "database"],
  "rds/clusterParameterGroup": ["name", "database"],
  "rds/eventSubscription": ["name", "eventSubscription"],
  "rds/globalCluster": ["globalClusterIdentifier", "database"],
  "rds/subnetGroup": ["name", "database"],
  "s3/bucket": ["bucket", "bucket"],
  "secretsmanager/secret": ["name", "secret"],
  "sns/topic": ["name", "topic"],
  "sqs/queue": ["name", "queue"],
  "synthetics/canary": ["name", "canary"],
};

test("names have the environment, are unique, and are short enough with the longest environment", async () => {
  const longest = await loadProgram(longestNames);
  for (const [type, [property, kind]] of Object.entries(namedBy)) {
    const resources = longest.all(type);
    expect([type, resources.length]).not.toEqual([type, 0]);
    const names = resources.map(({ inputs }) => String(inputs[property]));
    expect([type, new Set(names).size]).toEqual([type, names.length]);
    for (const name of names) {
      expect(name.length).toBeLessThanOrEqual(nameLengthMax[kind]);
      // A canary's name is too short for the longest: it keeps a hash of the whole.
      const isCanarys = kind === "canary" || name.startsWith("/aws/lambda/cwsyn-");
      expect(name).toContain(isCanarys ? "aaaaaa-" : LONGEST_ENV);
    }
  }
});

test("the program names no other types of resources", () => {
  const named = custom(program).filter(
    ({ inputs }) => typeof inputs.name === "string" || "alarmName" in inputs,
  );
  const types = new Set(named.map(({ type }) => type.split(":")[1] ?? ""));
  // Names inside something that is unique itself.
  for (const inner of ["iam/rolePolicy", "route53/record", "route53/zone"]) types.delete(inner);
  expect([...types].filter((type) => !(type in namedBy))).toEqual([]);
});

test.each([false, true])("no input holds the text of an Output (preview: %s)", async (preview) => {
  const loaded = await loadProgram({ preview });
  const broken = loaded.resources.flatMap(({ urn, inputs }) =>
    texts(inputs)
      .filter(([, text]) => /Calling \[to(String|JSON)\]|\[object Object\]|undefined/.test(text))
      .map(([at]) => `${urn}${at}`),
  );
  expect(broken).toEqual([]);
});

test("a preview shows every resource, because none depends on a computed value", async () => {
  const preview = await loadProgram({ preview: true });
  expect(preview.resources.map(({ urn }) => urn)).toEqual(program.resources.map(({ urn }) => urn));
  const options = ({ dependencies, ...resource }: CapturedResource) => ({
    ignoreChanges: resource.ignoreChanges,
    protect: resource.protect,
    retainOnDelete: resource.retainOnDelete,
    deleteTimeout: resource.deleteTimeout,
    dependencies: [...dependencies].sort(),
  });
  expect(preview.resources.map(options)).toEqual(program.resources.map(options));
});

test("every ARN in an input belongs to a resource of the program", () => {
  const known = new Set(custom(program).map(({ state }) => state.arn));
  const open = new Set<string>();
  for (const { inputs, type } of custom(program)) {
    for (const [at, text] of texts(inputs)) {
      if (at === "/policy" || at === "/body" || !text.startsWith("arn:aws:")) continue;
      if (type.startsWith("aws:lambda/permission") && at === "/sourceArn") continue;
      if (!known.has(text)) open.add(text);
    }
  }
  // The replicas of the secrets, which come with the secrets.
  expect([...open].sort()).toEqual([
    expect.stringMatching(/^arn:aws:secretsmanager:us-east-2:.*:dev-canary-keys-use1-/),
    expect.stringMatching(/^arn:aws:secretsmanager:us-east-2:.*:dev-database-master-use1-/),
    expect.stringMatching(/^arn:aws:secretsmanager:us-east-2:.*:dev-token-keys-use1-/),
  ]);
});

test("every resource in a policy belongs to the program, or is one of these", () => {
  const known = new Set(custom(program).map(({ state }) => state.arn));
  const open = new Set<string>();
  for (const { name } of program.all("lambda/function")) {
    for (const resource of program.statementsOf(name).flatMap(({ Resource }) => Resource)) {
      if (!known.has(resource.replace(/:\*$/, ""))) open.add(resource);
    }
  }
  const account = "123456789012";
  expect(
    [...open].map((each) => each.replace(/-[0-9a-f]{6}$|cluster-[0-9A-F]{26}/, "~")).sort(),
  ).toEqual([
    "*",
    `arn:aws:dynamodb:us-east-1:${account}:table/dev-ledger/index/work`,
    `arn:aws:dynamodb:us-east-2:${account}:table/dev-ledger`,
    `arn:aws:dynamodb:us-east-2:${account}:table/dev-ledger/index/work`,
    `arn:aws:dynamodb:us-east-2:${account}:table/dev-sessions`,
    `arn:aws:ec2:us-east-1:${account}:*/*`,
    `arn:aws:ec2:us-east-2:${account}:*/*`,
    `arn:aws:rds-db:us-east-1:${account}:dbuser:~/trading_app`,
    `arn:aws:rds-db:us-east-2:${account}:dbuser:~/trading_app`,
    `arn:aws:rds:us-east-1:${account}:db:*`,
    `arn:aws:rds:us-east-2:${account}:db:*`,
    `arn:aws:s3:::dev-archives-${account}-use1/archive/*`,
    `arn:aws:s3:::dev-archives-${account}-use2/archive/*`,
    `arn:aws:secretsmanager:us-east-2:${account}:secret:dev-canary-keys-use1~`,
    `arn:aws:secretsmanager:us-east-2:${account}:secret:dev-database-master-use1~`,
    `arn:aws:secretsmanager:us-east-2:${account}:secret:dev-token-keys-use1~`,
  ]);
});

test("secrets are marked as secret", () => {
  const secret = program.resources.filter(({ secretInputs }) => secretInputs.length > 0);
  expect(Object.fromEntries(secret.map(({ name, secretInputs }) => [name, secretInputs]))).toEqual({
    "aurora-use1": ["masterPassword"],
    "aurora-master": ["secretString"],
    tokens: ["secretString"],
    "tokens-canary": ["secretString"],
  });
  const password = String(program.one("rds/cluster", "aurora-use1").inputs.masterPassword);
  const holders = program.resources.filter(({ inputs }) =>
    JSON.stringify(inputs).includes(password),
  );
  expect(holders.map(({ name }) => name).sort()).toEqual(["aurora-master", "aurora-use1"]);
});

test("every alarm publishes only to a topic of its own region that allows it", () => {
  for (const alarm of [
    ...program.all("cloudwatch/metricAlarm"),
    ...program.all("cloudwatch/compositeAlarm"),
  ]) {
    const actions = (alarm.inputs.alarmActions ?? []) as string[];
    for (const action of actions.filter((each) => each.includes(":sns:"))) {
      const topic = program.byArn("sns/topic", action);
      expect(topic.region).toBe(alarm.region);
      const policy = program.all("sns/topicPolicy").find(({ inputs }) => inputs.arn === action);
      const principals = statements(policy?.inputs.policy).map(({ Principal }) => Principal);
      expect(principals).toContainEqual({ Service: "cloudwatch.amazonaws.com" });
    }
  }
});

test("the stack's outputs are these", () => {
  const of = (type: string, name: string, property: string) =>
    program.one(type, name).state[property];
  expect(program.outputs).toEqual({
    primaryApiEndpoint: of("apigateway/stage", "api-use1", "invokeUrl"),
    secondaryApiEndpoint: of("apigateway/stage", "api-use2", "invokeUrl"),
    apiDomain: "api.dev.trading.internal",
    nameServers: of("route53/zone", "route53", "nameServers"),
    auroraGlobalClusterId: "dev-orders-global",
    auroraPrimaryEndpoint: of("rds/cluster", "aurora-use1", "endpoint"),
    auroraSecondaryEndpoint: of("rds/cluster", "aurora-use2", "endpoint"),
    dynamodbTableName: "dev-sessions",
    ledgerTableName: "dev-ledger",
    primaryBucketName: "dev-archives-123456789012-use1",
    secondaryBucketName: "dev-archives-123456789012-use2",
    primaryTopicArn: of("sns/topic", "topics-use1-alerts", "arn"),
    secondaryTopicArn: of("sns/topic", "topics-use2-alerts", "arn"),
    failoverFunctionArn: of("lambda/function", "failoverOrchestrator-use2", "arn"),
    healthCheckId: program.one("route53/healthCheck", "route53-home").id,
    tokenSecretArn: of("secretsmanager/secret", "tokens", "arn"),
    primaryDashboardUrl:
      "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1" +
      "#dashboards/dashboard/dev-orders-use1",
    secondaryDashboardUrl:
      "https://us-east-2.console.aws.amazon.com/cloudwatch/home?region=us-east-2" +
      "#dashboards/dashboard/dev-orders-use2",
    // test/scripts/dr/deployment.test.ts holds what `dr` reads of it.
    operations: expect.objectContaining({ environment: "dev", retention: "ephemeral" }) as unknown,
  });
});

test("every component registers its outputs, which tells the engine that it is complete", () => {
  const components = program.resources.filter(({ type }) => type.startsWith("trading:"));
  expect(components.length).toBeGreaterThan(0);
  const incomplete = components.filter(({ hasRegisteredOutputs }) => !hasRegisteredOutputs);
  expect(incomplete.map(({ name }) => name)).toEqual([]);
});

test("a wrong configuration creates no resource", async () => {
  await expect(loadProgram({ config: { env: "Dev" } })).rejects.toThrow('env: got "Dev"');
});
