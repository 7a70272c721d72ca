import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readConfig } from "../../../lib/config/config";
import { keys } from "../../../lib/config/keys";

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

interface Described {
  readonly type: string;
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
  expect(() => readConfig(source({}))).toThrow(/^configuration:\n {2}env: got ""[^\n]*$/);
});

test("the configuration cannot be changed after it was read", () => {
  expect(Object.isFrozen(read({}))).toBe(true);
});

test("numbers, booleans and lists get their types", () => {
  const values = {
    alertEmails: '["a@example.com","b@example.org"]',
    alertEndpoints: '["https://events.example.com/trading?key=1"]',
    apiAccessLogs: "true",
    auroraInstancesPerRegion: "3",
    healthCheckIntervalSeconds: "10",
    orderProcessorReservedConcurrency: "4",
  };
  expect(read(values)).toMatchObject({
    alertEmails: ["a@example.com", "b@example.org"],
    alertEndpoints: ["https://events.example.com/trading?key=1"],
    apiAccessLogs: true,
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
  ["orderProcessorReservedConcurrency", "1", "4 to 900 in steps of 1"],
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
])(
  "%s = %j is refused, and the message says what is allowed and what to do",
  (key, got, allowed) => {
    let message = "";
    try {
      read({ [key]: got });
    } catch (error) {
      message = (error as Error).message;
    }
    const shown = got.startsWith("[") ? got : JSON.stringify(got);
    expect(message).toContain(`${key}: got ${shown}; allowed: ${allowed}`);
    expect(message).toMatch(new RegExp(`; run: pulumi config set .*${key}`));
  },
);

test("serverless capacity is validated only for db.serverless", () => {
  const capacity = { auroraServerlessMinAcu: "16", auroraServerlessMaxAcu: "8" };
  expect(read(capacity).auroraServerlessAcu).toBeUndefined();
  expect(() => read({ ...capacity, auroraInstanceClass: "db.serverless" })).toThrow(
    "auroraServerlessMaxAcu: got 8; allowed: at least the minimum, 16",
  );
});

test.each([
  ["domainName", "api.example.com", "hostedZoneId"],
  ["hostedZoneId", "Z0123456789ABC", "domainName"],
  ["authIssuer", "https://login.example.com", "authAudience"],
  ["authAudience", "trading", "authIssuer"],
])("%s alone is refused because it needs its partner", (key, value, partner) => {
  expect(() => read({ [key]: value })).toThrow(
    new RegExp(`^configuration:\\n  ${partner}: got ""; allowed: .*, together with ${key}; run: `),
  );
});

test("every wrong key is named at once", () => {
  const wrong = { env: "X", retention: "x", author: "" };
  expect(() => read(wrong)).toThrow(/env: got "X".*\n.*retention: got "x".*\n.*author: got ""/);
});

test("Pulumi.yaml describes the same keys, with the same defaults and a type each", () => {
  const asText = (value: Described["default"]) =>
    typeof value === "object" ? value : String(value ?? "");
  expect(described().map(([name, { default: fallback }]) => [name, asText(fallback)])).toEqual(
    Object.entries(keys).map(([name, key]) => [name, "default" in key ? key.default : ""]),
  );
  for (const [, { type, description }] of described()) {
    expect(["string", "integer", "array"]).toContain(type);
    expect(description).not.toBe("");
  }
});
