import { readFileSync } from "node:fs";
import * as path from "node:path";
import { configDefaults, readConfig } from "../../../lib/config/config";

function source(values: Record<string, string>) {
  return {
    get: (key: string) => values[key],
    getObject: <T>(key: string) =>
      values[key] === undefined ? undefined : (JSON.parse(values[key]) as T),
  };
}

function read(values: Record<string, string>) {
  return readConfig(source({ env: "dev", ...values }));
}

test("a pull request environment needs nothing but its name", () => {
  expect(read({ env: "pr-42" })).toEqual({
    env: "pr-42",
    homeRegion: "us-east-1",
    standbyRegion: "us-east-2",
    witnessRegion: "us-west-2",
    retention: "ephemeral",
    auroraEngineVersion: "15.10",
    auroraInstanceClass: "db.r6g.large",
    auroraInstancesPerRegion: 2,
    healthCheckIntervalSeconds: 30,
    orderProcessorReservedConcurrency: 10,
    alertEmails: [],
    alertEndpoints: [],
    apiAccessLogs: false,
    canaryScheduleMinutes: 5,
    canaryRuntime: "syn-nodejs-puppeteer-17.0",
    repository: "trading-platform-disaster-recovery",
    author: "platform-team",
  });
});

test("every key is taken over", () => {
  const config = read({
    standbyRegion: "eu-central-1",
    witnessRegion: "us-east-2",
    retention: "durable",
    auroraEngineVersion: "16.9",
    auroraInstanceClass: "db.serverless",
    auroraServerlessMinAcu: "0.5",
    auroraServerlessMaxAcu: "64",
    auroraInstancesPerRegion: "3",
    healthCheckIntervalSeconds: "10",
    orderProcessorReservedConcurrency: "unreserved",
    alertEmails: '["a@example.com","b@example.org"]',
    alertEndpoints: '["https://events.example.com/trading?key=1"]',
    domainName: "api.trading.example.com",
    hostedZoneId: "Z0123456789ABC",
    authIssuer: "https://login.example.com/tenant",
    authAudience: "trading",
    apiAccessLogs: "true",
    canaryScheduleMinutes: "2",
    canaryRuntime: "syn-nodejs-puppeteer-18.1",
    repository: "github.com/example/trading",
    author: "Ada Example",
  });
  expect(config).toEqual({
    env: "dev",
    homeRegion: "us-east-1",
    standbyRegion: "eu-central-1",
    witnessRegion: "us-east-2",
    retention: "durable",
    auroraEngineVersion: "16.9",
    auroraInstanceClass: "db.serverless",
    auroraServerlessAcu: { min: 0.5, max: 64 },
    auroraInstancesPerRegion: 3,
    healthCheckIntervalSeconds: 10,
    orderProcessorReservedConcurrency: "unreserved",
    alertEmails: ["a@example.com", "b@example.org"],
    alertEndpoints: ["https://events.example.com/trading?key=1"],
    domain: { domainName: "api.trading.example.com", hostedZoneId: "Z0123456789ABC" },
    auth: { issuer: "https://login.example.com/tenant", audience: "trading" },
    apiAccessLogs: true,
    canaryScheduleMinutes: 2,
    canaryRuntime: "syn-nodejs-puppeteer-18.1",
    repository: "github.com/example/trading",
    author: "Ada Example",
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test.each([
  ["env", "", "1 to 20 of a-z, 0-9 and single hyphens, starting with a letter"],
  ["env", "Dev", "1 to 20 of a-z"],
  ["env", "4pr", "1 to 20 of a-z"],
  ["env", "a--b", "1 to 20 of a-z"],
  ["env", "dev-", "1 to 20 of a-z"],
  ["env", "a".repeat(21), "1 to 20 of a-z"],
  ["standbyRegion", "us-east-1", "a region other than us-east-1"],
  ["standbyRegion", "ohio", "an AWS region like us-east-2"],
  ["witnessRegion", "us-east-1", "a region other than us-east-1 and us-east-2"],
  ["witnessRegion", "us-east-2", "a region other than us-east-1 and us-east-2"],
  ["retention", "forever", "ephemeral or durable"],
  ["auroraEngineVersion", "15.4", "15.10 or newer"],
  ["auroraEngineVersion", "15", "15.10 or newer"],
  ["auroraInstanceClass", "db.t4g.medium", "a memory optimised class"],
  ["auroraInstancesPerRegion", "0", "1 to 15 in steps of 1"],
  ["auroraInstancesPerRegion", "1.5", "1 to 15 in steps of 1"],
  ["auroraInstancesPerRegion", "two", "1 to 15 in steps of 1"],
  ["healthCheckIntervalSeconds", "20", "30 or 10"],
  ["orderProcessorReservedConcurrency", "1", "2 to 900 in steps of 1"],
  ["alertEmails", '["nobody"]', "a list of e-mail addresses"],
  ["alertEmails", "nobody@example.com", "a list of e-mail addresses"],
  ["alertEndpoints", '["http://events.example.com"]', "a list of https addresses"],
  ["domainName", "api.example.com.", "a name like api.example.com, together with hostedZoneId"],
  ["domainName", "API.example.com", "a name like api.example.com"],
  ["hostedZoneId", "/hostedzone/Z1", "the id of the Route 53 zone"],
  ["authIssuer", "http://login.example.com", "an https address without a slash at its end"],
  ["authIssuer", "https://login.example.com/", "an https address without a slash at its end"],
  ["authAudience", "two words", "what tokens for this platform carry as aud"],
  ["apiAccessLogs", "yes", "false or true"],
  ["canaryScheduleMinutes", "1", "2 to 60 in steps of 1"],
  ["canaryScheduleMinutes", "61", "2 to 60 in steps of 1"],
  ["canaryRuntime", "syn-nodejs-puppeteer-10.0", "syn-nodejs-puppeteer-11.0 or newer"],
  ["canaryRuntime", "syn-nodejs-playwright-8.0", "syn-nodejs-puppeteer-11.0 or newer"],
  ["repository", "", "1 to 256 letters, digits"],
  ["author", "Ada <ada@example.com>", "1 to 256 letters, digits"],
])("%s = %j is refused with what is allowed and what to do", (key, got, allowed) => {
  let message = "";
  try {
    read({ [key]: got });
  } catch (error) {
    message = (error as Error).message;
  }
  const shown = got.startsWith("[") ? got : JSON.stringify(got);
  expect(message).toContain(`${key}: got ${shown}; allowed: ${allowed}`);
  expect(message).toMatch(new RegExp(`; run: pulumi config set .*${key}`));
});

test("serverless capacity is checked only where it is used", () => {
  const capacity = { auroraServerlessMinAcu: "16", auroraServerlessMaxAcu: "8" };
  expect(read(capacity)).not.toHaveProperty("auroraServerlessAcu");
  expect(() => read({ ...capacity, auroraInstanceClass: "db.serverless" })).toThrow(
    "auroraServerlessMaxAcu: got 8; allowed: at least the minimum, 16",
  );
});

test.each([
  ["domainName", "api.example.com", "hostedZoneId"],
  ["hostedZoneId", "Z0123456789ABC", "domainName"],
  ["authIssuer", "https://login.example.com", "authAudience"],
  ["authAudience", "trading", "authIssuer"],
])("%s alone is refused: it needs its partner", (key, value, partner) => {
  expect(() => read({ [key]: value })).toThrow(
    new RegExp(`^configuration:\\n  ${partner}: got ""; allowed: .*, together with ${key}; run: `),
  );
});

test("every wrong key is named at once", () => {
  const wrong = { env: "X", retention: "x", author: "" };
  expect(() => read(wrong)).toThrow(/env: got "X".*\n.*retention: got "x".*\n.*author: got ""/);
});

/** Keys and defaults of the schema in Pulumi.yaml; its shape is ours, so no YAML parser is needed. */
function schema(): Map<string, { type?: string; default?: string }> {
  const text = readFileSync(path.join(__dirname, "../../../Pulumi.yaml"), "utf8");
  const keys = new Map<string, { type?: string; default?: string }>();
  for (const block of text
    .slice(text.indexOf("\nconfig:"))
    .split(/\n(?= {2}\w)/)
    .slice(1)) {
    const key = /^ {2}([\w:-]+):/.exec(block)?.[1] ?? "";
    const value = (what: string) => new RegExp(`\\n {4}${what}: "?([^"\\n]*)"?`).exec(block)?.[1];
    keys.set(key, { type: value("type"), default: value("default") });
  }
  keys.delete("pulumi:disable-default-providers");
  return keys;
}

test("Pulumi.yaml describes the same keys with the same defaults", () => {
  const described = schema();
  expect([...described.keys()]).toEqual(["env", ...Object.keys(configDefaults)]);
  expect(described.get("env")).toEqual({ type: "string", default: undefined });
  for (const [key, value] of Object.entries(configDefaults)) {
    const shown = Array.isArray(value) ? JSON.stringify(value) : value;
    expect([key, described.get(key)?.default]).toEqual([key, shown]);
    expect([key, described.get(key)?.type]).toEqual([
      key,
      expect.stringMatching(/string|integer|array/),
    ]);
  }
});
