import { ordersRatePerSecond } from "../../../lib/platform/throughput";
import { operations } from "../../../lib/api/contract";
import { type Program, loadProgram, regions } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram({ config: { retention: "durable" } });
});

interface Rule {
  name: string;
  action: object;
  statement: {
    rateBasedStatement: {
      customKeys: object[];
      evaluationWindowSec: number;
      limit: number;
      scopeDownStatement: {
        byteMatchStatement: {
          positionalConstraint: string;
          searchString: string;
          textTransformations: object[];
        };
      };
    };
  };
}

describe.each(regions)("the WAF in %s", (token, region) => {
  const acl = () => program.one("wafv2/webAcl", `api-${token}-waf`);
  const rules = () => acl().inputs.rules as Rule[];

  test("is associated with the stage of the orders API", () => {
    const association = program.one("wafv2/webAclAssociation", `api-${token}-waf`);
    expect(association.inputs).toEqual({
      resourceArn: program.one("apigateway/stage", `api-${token}`).state.arn,
      webAclArn: acl().state.arn,
    });
    expect([acl().region, association.region]).toEqual([region, region]);
    expect(acl().inputs).toMatchObject({ scope: "REGIONAL", name: `dev-orders-${token}` });
  });

  test.each([
    ["one-address", { ip: {} }],
    ["one-token", { header: expect.objectContaining({ name: "authorization" }) as object }],
  ])("blocks %s that sends half of what a method's throttle admits", (name, key) => {
    const rate = ordersRatePerSecond({
      retention: "durable",
      orderProcessorReservedConcurrency: 10,
    });
    const rule = rules().find((each) => each.name === name);
    expect(rule?.action).toEqual({ block: {} });
    expect(rule?.statement.rateBasedStatement).toMatchObject({
      aggregateKeyType: "CUSTOM_KEYS",
      customKeys: [key, { httpMethod: {} }],
      evaluationWindowSec: 60,
      limit: Math.floor((rate / 2) * 60),
    });
  });

  test.each([0, 1])("decodes the path before rule %s compares it", (n) => {
    const { textTransformations } =
      rules()[n]!.statement.rateBasedStatement.scopeDownStatement.byteMatchStatement;
    expect(textTransformations).toEqual([{ priority: 0, type: "URL_DECODE" }]);
  });

  test("takes the same token with other spaces or capitals for the same", () => {
    expect(JSON.stringify(rules()[1])).toMatch(/"COMPRESS_WHITE_SPACE".*"LOWERCASE"/);
  });

  test("allows everything else", () => {
    expect(acl().inputs.defaultAction).toEqual({ allow: {} });
    expect(rules().map(({ name }) => name)).toEqual(["one-address", "one-token"]);
  });

  test("limits no path that a probe or a health check uses", () => {
    const paths = ["/canary-orders", ...operations().map(({ path }) => path)];
    for (const { statement } of rules()) {
      const { byteMatchStatement } = statement.rateBasedStatement.scopeDownStatement;
      expect(byteMatchStatement.positionalConstraint).toBe("CONTAINS");
      const text = byteMatchStatement.searchString;
      const limited = paths.filter((path) => `/v1${path}`.includes(text));
      expect(limited).toEqual(["/orders", "/orders/{orderId}"]);
    }
  });
});

test("an ephemeral environment has no WAF", async () => {
  expect((await loadProgram()).all("wafv2/webAcl")).toEqual([]);
});
