import fc from "fast-check";
import {
  type NameKind,
  arnInRegion,
  functionBaseName,
  nameLengthMax,
  physicalName,
  regionCode,
} from "../../../lib/platform/naming";

test.each([
  ["us-east-1", "use1"],
  ["us-east-2", "use2"],
  ["eu-central-1", "euc1"],
  ["ap-southeast-2", "apse2"],
])("%s is %s in names", (region, token) => expect(regionCode(region)).toBe(token));

test.each(["ohio", "us-gov-west-1", "us-east", ""])("%j is not a region", (region) => {
  expect(() => regionCode(region)).toThrow(`region: got "${region}"; allowed are names like`);
});

test("the stem in kebab-case is the function's name", () => {
  expect(functionBaseName("failoverOrchestrator")).toBe("failover-orchestrator");
  expect(functionBaseName("health")).toBe("health");
});

test("a name that fits consists of its parts", () => {
  expect(physicalName("function", "pr-42", "order-api", "use1")).toBe("pr-42-order-api-use1");
});

test("a name that is too long keeps its head and its region and gets a hash", () => {
  const name = physicalName("eventRule", "x".repeat(40), "settlement-sweep", "what", "use1");
  expect(name).toBe(`${"x".repeat(40)}-settlemen-12075db9-use1`);
  expect(name).toHaveLength(nameLengthMax.eventRule);
});

test.each(["Dev", "4pr", "dev-", "a_b", ""])("%j is not allowed in a name", (part) => {
  expect(() => physicalName("role", part)).toThrow(/physicalName: got .* name the thing in kebab/);
});

const kind = fc.constantFrom(...(Object.keys(nameLengthMax) as NameKind[]));
const part = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,80}$/);

test("every name fits its kind, is kebab-case, and ends in its last part", () => {
  fc.assert(
    fc.property(kind, part, part, fc.constantFrom("use1", "use2"), (of, env, what, token) => {
      const name = physicalName(of, env, what, token);
      expect(name.length).toBeLessThanOrEqual(nameLengthMax[of]);
      expect(name).toMatch(/^[a-z](-?[a-z0-9])*$/);
      expect(name.endsWith(`-${token}`)).toBe(true);
      expect(physicalName(of, env, what, token)).toBe(name);
    }),
  );
});

test("long names that differ only at their end stay different", () => {
  const long = "x".repeat(70);
  expect(physicalName("role", long + "a", "use1")).not.toBe(
    physicalName("role", long + "b", "use1"),
  );
});

test("a replica's ARN differs only in its region", () => {
  expect(arnInRegion("arn:aws:dynamodb:us-east-1:1:table/a:b", "us-east-2")).toBe(
    "arn:aws:dynamodb:us-east-2:1:table/a:b",
  );
});
