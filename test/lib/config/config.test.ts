import { readFileSync } from "node:fs";
import * as path from "node:path";
import { RunError } from "@pulumi/pulumi";
import fc from "fast-check";
import { parse } from "yaml";
import { readConfig } from "../../../lib/config/config";
import { keys } from "../../../lib/config/keys";

const project = "trading-platform";

/** Reads a configuration as the engine hands it over: all values are text. */
function readStack(all: Record<string, string>) {
  const warnings: string[] = [];
  const config = readConfig({ project, all, warn: (message) => warnings.push(message) });
  return { config, warnings };
}

function withProject(values: Record<string, string>): Record<string, string> {
  const entries = Object.entries({ env: "dev", ...values });
  return Object.fromEntries(entries.map(([key, value]) => [`${project}:${key}`, value]));
}

const read = (values: Record<string, string>) => readStack(withProject(values)).config;
const warningsOf = (values: Record<string, string>) => readStack(withProject(values)).warnings;

/** The lines of the error about a configuration. */
function complaints(all: Record<string, string>): string[] {
  try {
    readStack(all);
  } catch (error) {
    // The engine prints the message of this error alone, without a stack trace.
    expect(RunError.isInstance(error)).toBe(true);
    const [title, ...lines] = (error as Error).message.split("\n  ");
    expect(title).toBe("configuration:");
    return lines;
  }
  return [];
}

const complaintsOf = (values: Record<string, string>) => complaints(withProject(values));

interface Described {
  readonly default?: string | number | readonly string[];
  readonly description: string;
}

/** The keys that Pulumi.yaml describes, beside those of Pulumi itself. */
function described(): [string, Described][] {
  const text = readFileSync(path.join(__dirname, "../../../Pulumi.yaml"), "utf8");
  const { config } = parse(text) as { config: Record<string, Described> };
  return Object.entries(config).filter(([key]) => !key.startsWith("pulumi:"));
}

test("env is the only key that must be configured", () => {
  expect(read({ env: "pr-42" })).toMatchObject({ env: "pr-42", retention: "ephemeral" });
  expect(complaintsOf({ env: "" })).toEqual([expect.stringMatching(/^env: got ""; allowed: /)]);
});

test("archives can be locked in a durable environment alone", () => {
  expect(read({ retention: "durable", objectLockDays: "30" })).toMatchObject({
    objectLockDays: 30,
  });
  expect(read({})).toMatchObject({ objectLockDays: 0 });
});

test("the configuration cannot be changed after it was read", () => {
  expect(Object.isFrozen(read({}))).toBe(true);
});

test("numbers, booleans and lists get their types", () => {
  const values = {
    alertEmails: '["a@example.com","b@example.org"]',
    alertEndpoints: '["https://events.example.com/trading?key=1"]',
    apiAccessLogs: "true",
    customerManagedKeys: "true",
    auroraInstancesPerRegion: "3",
    healthCheckIntervalSeconds: "10",
    orderProcessorReservedConcurrency: "4",
  };
  expect(read(values)).toMatchObject({
    alertEmails: ["a@example.com", "b@example.org"],
    alertEndpoints: ["https://events.example.com/trading?key=1"],
    apiAccessLogs: true,
    customerManagedKeys: true,
    auroraInstancesPerRegion: 3,
    healthCheckIntervalSeconds: 10,
    orderProcessorReservedConcurrency: 4,
  });
  expect(read({ orderProcessorReservedConcurrency: "unreserved" })).toMatchObject({
    orderProcessorReservedConcurrency: "unreserved",
  });
});

test("keys that belong together are read as a group", () => {
  const values = {
    auroraInstanceClass: "db.serverless",
    auroraServerlessMinAcu: "0.5",
    domainName: "api.trading.example.com",
    hostedZoneId: "Z0123456789ABC",
    authIssuer: "https://login.example.com/tenant",
    authAudience: "trading",
  };
  expect(read(values)).toMatchObject({
    auroraServerlessAcu: { min: 0.5, max: 32 },
    domain: { domainName: "api.trading.example.com", hostedZoneId: "Z0123456789ABC" },
    auth: { issuer: "https://login.example.com/tenant", audience: "trading" },
  });
  expect(read({})).toMatchObject({
    auroraServerlessAcu: undefined,
    domain: undefined,
    auth: undefined,
  });
});

const usable =
  "us-east-2, us-west-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, " +
  "ap-southeast-1, ca-central-1, eu-central-1, eu-north-1, eu-west-1, eu-west-2, eu-west-3";

describe("a wrong value is refused, with what was got, why, what is allowed and what to do:", () => {
  test.each([
    [
      "permissionsBoundary",
      "arn:aws:iam::123456789012:role/boundary",
      "; allowed: the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/boundary",
    ],
    ["permissionsBoundary", "boundary", "; allowed: the ARN of an IAM policy"],
    ["gameDay", "yes", "; allowed: false or true"],
    ["env", "", "; allowed: 1 to 20 of a-z, 0-9 and single hyphens, starting with a letter"],
    ["env", "Dev", "; allowed: 1 to 20 of a-z"],
    ["env", "4pr", "; allowed: 1 to 20 of a-z"],
    ["env", "a--b", "; allowed: 1 to 20 of a-z"],
    ["env", "dev-", "; allowed: 1 to 20 of a-z"],
    ["env", "a".repeat(21), "; allowed: 1 to 20 of a-z"],
    ["env", "sthree-a", ", which makes names that start with sthree-, which S3 reserves; allowed"],
    ["standbyRegion", "us-east-1", `, which is the home region; allowed: ${usable}; run`],
    ["standbyRegion", "mars-west-1", `, which is not a region that this program knows; allowed`],
    ["witnessRegion", "us-west-1", ", which has no strongly consistent DynamoDB global tables"],
    ["witnessRegion", "us-east-2", ", which is the standby region; allowed"],
    ["homeZones", '["us-east-1a"]', ", which is not 2 different zones of us-east-1; allowed"],
    ["homeZones", '["us-east-1a","us-east-1a"]', ", which is not 2 different zones of us-east-1"],
    ["homeZones", '["use1-az1","use1-az2"]', "; allowed: a list of 2 zones of us-east-1, each"],
    [
      "standbyZones",
      '["us-east-1a","us-east-1b"]',
      ", which is not 2 different zones of us-east-2",
    ],
    ["retention", "forever", "; allowed: ephemeral or durable"],
    ["retention", "Durable", "; allowed: ephemeral or durable; run: pulumi config set retention <"],
    ["auroraEngineVersion", "15", "; allowed: 15.10 or newer"],
    ["auroraEngineVersion", "15.1", ", which is what YAML reads if 15.10 has no quotes; allowed"],
    ["auroraInstanceClass", "db.t4g.medium", ", which is burstable, which a global database does"],
    ["auroraServerlessMaxAcu", "16.3", "; allowed: 1 to 256 in steps of 0.5, in digits"],
    ["auroraServerlessMaxAcu", "4", "; allowed: at least auroraServerlessMinAcu, 8"],
    ["auroraInstancesPerRegion", "0", "; allowed: a whole number from 1 to 15, in digits"],
    ["auroraInstancesPerRegion", "1.5", "; allowed: a whole number from 1 to 15"],
    ["auroraInstancesPerRegion", "two", "; allowed: a whole number from 1 to 15"],
    ["auroraInstancesPerRegion", "", "; allowed: a whole number from 1 to 15"],
    ["auroraInstancesPerRegion", " 2", "; allowed: a whole number from 1 to 15"],
    ["auroraInstancesPerRegion", "02", "; allowed: a whole number from 1 to 15"],
    ["auroraInstancesPerRegion", "1e1", "; allowed: a whole number from 1 to 15"],
    ["healthCheckIntervalSeconds", "20", "; allowed: 30 or 10"],
    [
      "orderProcessorReservedConcurrency",
      "1",
      "; allowed: a whole number from 4 to 900, in digits",
    ],
    ["orderProcessorReservedConcurrency", "0x10", "; allowed: a whole number from 4 to 900"],
    ["alertEmails", '["nobody"]', "; allowed: a list of e-mail addresses"],
    ["alertEmails", "nobody@example.com", "; allowed: a list of e-mail addresses"],
    ["alertEndpoints", '["http://events.example.com"]', "; allowed: a list of https addresses"],
    ["domainName", "api.example.com.", "; allowed: a name like api.example.com, together with"],
    ["domainName", "API.example.com", "; allowed: a name like api.example.com"],
    ["domainName", `${"a".repeat(64)}.com`, "; allowed: a name like api.example.com"],
    ["domainName", `${"a.".repeat(31)}com`, ", which is longer than the 64 characters that ACM"],
    ["hostedZoneId", "/hostedzone/Z1", "; allowed: the id of the Route 53 zone"],
    ["authIssuer", "http://login.example.com", "; allowed: an https address, exactly as the"],
    ["authIssuer", "https://login.example.com/?a=b", "; allowed: an https address"],
    ["authAudience", "two words", "; allowed: what tokens for this platform carry as aud"],
    ["apiAccessLogs", "yes", "; allowed: durable or true or false"],
    ["customerManagedKeys", "True", "; allowed: false or true"],
    ["objectLockDays", "none", "; allowed: a whole number from 0 to 36500, in digits"],
    [
      "objectLockDays",
      "30",
      ", which needs retention durable: an environment with locked archives",
    ],
    ["canaryScheduleMinutes", "1", "; allowed: a whole number from 2 to 60"],
    ["canaryScheduleMinutes", "61", "; allowed: a whole number from 2 to 60"],
    ["canaryRuntime", "syn-nodejs-puppeteer-11.0", ", which runs on a version of Node for which"],
    ["canaryRuntime", "syn-nodejs-playwright-8.0", "; allowed: syn-nodejs-puppeteer-12.0 or newer"],
    ["repository", "", "; allowed: 1 to 256 letters, digits"],
    ["author", "Ada <ada@example.com>", "; allowed: 1 to 256 letters, digits"],
  ])("%s = %j", (key, got, reasonAndAllowed) => {
    const shown =
      got.startsWith("[") || key === "auroraServerlessMaxAcu" ? got : JSON.stringify(got);
    const [line] = complaintsOf({ [key]: got }).filter((each) => each.startsWith(`${key}: `));
    expect(line?.replaceAll('"', "")).toContain(
      `${key}: got ${shown}${reasonAndAllowed}`.replaceAll('"', ""),
    );
    expect(line).toMatch(new RegExp(`; run: pulumi config set .*${key}.* <value>$`));
  });
});

test("no remedy names a value, so none can give up protection", () => {
  const wrong = Object.fromEntries(Object.keys(keys).map((key) => [key, "? ?"]));
  const lines = complaintsOf(wrong);
  expect(lines).toHaveLength(Object.keys(keys).length);
  for (const line of lines) expect(line).toMatch(/; run: pulumi config set \S+( '\S+')? <value>$/);
});

test("whatever is configured, the program gets a configuration or the engine prints complaints", () => {
  const key = fc.constantFrom(...Object.keys(keys));
  const value = fc.oneof(fc.string(), fc.json(), fc.integer().map(String));
  fc.assert(
    fc.property(fc.dictionary(key, value), (values) => {
      const lines = complaintsOf(values);
      if (lines.length === 0) expect(read(values)).toMatchObject({ homeRegion: "us-east-1" });
    }),
  );
});

test("every wrong key is named at once, unknown ones first", () => {
  expect(complaintsOf({ env: "X", retention: "x", author: "", retentoin: "durable" })).toEqual([
    expect.stringMatching(/^retentoin: is not a key; the nearest key is retention, /),
    expect.stringMatching(/^env: got "X"/),
    expect.stringMatching(/^retention: got "x"/),
    expect.stringMatching(/^author: got ""/),
  ]);
});

test.each([
  [
    "alertEmails",
    '["a@example.com","b@example.com","A@Example.com"]',
    "A@Example.com",
    '["a@example.com","b@example.com"]',
  ],
  [
    "alertEndpoints",
    '["https://a.example.com","https://a.example.com"]',
    "https://a.example.com",
    '["https://a.example.com"]',
  ],
])("%s must not have an address twice", (key, got, twice, once) => {
  expect(complaintsOf({ [key]: got })).toEqual([
    `${key}: got ${got}, which has "${twice}" twice; allowed: each address once; ` +
      `run: pulumi config set ${key} '${once}'`,
  ]);
});

test("inverted serverless capacity is refused for every instance class", () => {
  const capacity = { auroraServerlessMinAcu: "16", auroraServerlessMaxAcu: "8" };
  const refused = [
    expect.stringMatching(/^auroraServerlessMaxAcu: got 8; allowed: at least .* 16;/),
  ];
  expect(complaintsOf(capacity)).toEqual(refused);
  expect(complaintsOf({ ...capacity, auroraInstanceClass: "db.serverless" })).toEqual(refused);
});

test("more processors than serverless capacity has connections for are refused", () => {
  const capacity = { auroraServerlessMinAcu: "0.5", auroraServerlessMaxAcu: "1" };
  const values = { ...capacity, orderProcessorReservedConcurrency: "144" };
  expect(complaintsOf({ ...values, auroraInstanceClass: "db.serverless" })).toEqual([
    "orderProcessorReservedConcurrency: got 144, which needs 190 database connections, more than " +
      "the 189 of 0.5 to 1 ACU; allowed: at most 143, or a higher auroraServerlessMaxAcu; " +
      "run: pulumi config set orderProcessorReservedConcurrency <value>",
  ]);
  expect(complaintsOf(values)).toEqual([]);
  const fewer = { ...values, orderProcessorReservedConcurrency: "143" };
  expect(complaintsOf({ ...fewer, auroraInstanceClass: "db.serverless" })).toEqual([]);
});

describe("a warning names", () => {
  test("serverless capacity that has no effect", () => {
    const values = { auroraServerlessMaxAcu: "64" };
    expect(warningsOf(values)).toEqual([
      "configuration: auroraServerlessMaxAcu: 64 has no effect, because auroraInstanceClass is db.r6g.large",
    ]);
    expect(warningsOf({ ...values, auroraInstanceClass: "db.serverless" })).toEqual([]);
  });

  test("a reservation that does not fit into Lambda's default quota", () => {
    expect(warningsOf({ orderProcessorReservedConcurrency: "847" })).toEqual([]);
    expect(warningsOf({ orderProcessorReservedConcurrency: "848" })).toEqual([
      expect.stringMatching(/: 848 needs a Lambda concurrency quota of 1001 in the standby region/),
    ]);
  });

  test("serverless capacity that AWS does not recommend", () => {
    const values = { auroraServerlessMinAcu: "0.5", auroraInstanceClass: "db.serverless" };
    expect(warningsOf(values)).toEqual([
      expect.stringMatching(
        /auroraServerlessMinAcu: 0.5 is less than the 8 ACU that AWS recommends/,
      ),
    ]);
  });

  test("an instance class that a region may not have", () => {
    const values = { auroraInstanceClass: "db.r8g.large", standbyRegion: "eu-west-2" };
    expect(warningsOf(values)).toEqual([
      expect.stringMatching(/auroraInstanceClass: "db.r8g.large" was not offered in eu-west-2/),
    ]);
  });

  test.each([
    ["auroraEngineVersion", "15.99"],
    ["canaryRuntime", "syn-nodejs-puppeteer-18.0"],
  ])("%s = %j, which this program does not know", (key, value) => {
    expect(warningsOf({ [key]: value })).toEqual([
      expect.stringMatching(
        new RegExp(`^configuration: ${key}: "${value}" is newer than .*: aws `),
      ),
    ]);
  });

  test("nothing, if the defaults are used", () => expect(warningsOf({})).toEqual([]));
});

test.each([
  "https://login.example.com",
  "https://tenant.us.auth0.com/",
  "https://login.example.com:8443/realms/trading",
])("the issuer %s is taken exactly as it is", (authIssuer) => {
  expect(read({ authIssuer, authAudience: "trading" }).auth?.issuer).toBe(authIssuer);
});

test.each([
  ["domainName", "api.example.com", "hostedZoneId"],
  ["hostedZoneId", "Z0123456789ABC", "domainName"],
  ["authIssuer", "https://login.example.com", "authAudience"],
  ["authAudience", "trading", "authIssuer"],
])("%s alone is refused because it needs its partner", (key, value, partner) => {
  expect(complaintsOf({ [key]: value })).toEqual([
    expect.stringMatching(
      new RegExp(`^${partner}: got ""; allowed: .*, together with ${key}; run: `),
    ),
  ]);
});

test("Pulumi.yaml describes the same keys, with the same defaults", () => {
  const asText = (value: Described["default"]) =>
    typeof value === "object" ? value : String(value);
  expect(described().map(([name, { default: fallback }]) => [name, asText(fallback)])).toEqual(
    Object.entries(keys).map(([name, key]) => [name, key.default]),
  );
});

test("Pulumi.yaml gives a description and no type, which Pulumi would check before the program", () => {
  for (const [, key] of described()) {
    expect(Object.keys(key).sort()).toEqual(["default", "description"]);
    expect(key.description).not.toBe("");
  }
});

test("the committed configuration of the stack dev is allowed", () => {
  const text = readFileSync(path.join(__dirname, "../../../Pulumi.dev.yaml"), "utf8");
  const { config } = parse(text) as { config: Record<string, string> };
  expect(readStack(config).warnings).toEqual([]);
});
