import { ordersRatePerSecond } from "../../../lib/platform/throughput";
import { operations } from "../../../lib/api/contract";
import { type Program, loadProgram, regions } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram({ config: { retention: "durable" } });
});

interface Rule {
  action: object;
  statement: {
    rateBasedStatement: {
      aggregateKeyType: string;
      evaluationWindowSec: number;
      limit: number;
      scopeDownStatement: {
        byteMatchStatement: { positionalConstraint: string; searchString: string };
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

  test("blocks an address that sends half of what the throttle admits, and lets all else pass", () => {
    const rate = ordersRatePerSecond({
      retention: "durable",
      orderProcessorReservedConcurrency: 10,
    });
    expect(acl().inputs.defaultAction).toEqual({ allow: {} });
    expect(rules()).toEqual([
      expect.objectContaining({
        action: { block: {} },
        statement: {
          rateBasedStatement: expect.objectContaining({
            aggregateKeyType: "IP",
            evaluationWindowSec: 60,
            limit: Math.floor((rate / 2) * 60),
          }) as object,
        },
      }),
    ]);
  });

  test("limits no path that a probe or a health check uses", () => {
    const [rule] = rules();
    const { byteMatchStatement } = rule!.statement.rateBasedStatement.scopeDownStatement;
    expect(byteMatchStatement.positionalConstraint).toBe("CONTAINS");
    const paths = ["/canary-orders", ...operations().map(({ path }) => path)];
    const limited = paths.filter((path) => `/v1${path}`.includes(byteMatchStatement.searchString));
    expect(limited).toEqual(["/orders", "/orders/{orderId}"]);
  });
});

test("an ephemeral environment has no WAF", async () => {
  expect((await loadProgram()).all("wafv2/webAcl")).toEqual([]);
});
