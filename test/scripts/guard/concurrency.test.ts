import { concurrencyProblem, reservedByRegion } from "../../../scripts/guard/concurrency";
import { readPreview } from "../../../scripts/guard/preview";

const fn = (op: string, code: string, reserved?: number) => ({
  op,
  urn: "urn:pulumi:dev::p::trading:platform:LambdaFunction$aws:lambda/function:Function::f",
  provider: `urn:pulumi:dev::p::pulumi:providers:aws::${code}::1`,
  newState: { inputs: { reservedConcurrentExecutions: reserved } },
});

describe("the concurrency that a deployment reserves", () => {
  it("is the sum of the functions that it creates, by region", () => {
    const steps = [
      fn("create", "use1", 10),
      fn("create", "use1", 5),
      fn("create", "use1"),
      fn("update", "use1", 50),
      fn("create", "euw1", 7),
    ];
    const config = { "trading-platform:standbyRegion": "eu-west-1" };
    expect([...reservedByRegion(readPreview(JSON.stringify({ config, steps })))]).toEqual([
      ["us-east-1", 15],
      ["eu-west-1", 7],
    ]);
  });

  it("is refused where less than 100 would stay unreserved", () => {
    expect(concurrencyProblem("us-east-1", 60, 160)).toBeNull();
    expect(concurrencyProblem("us-east-1", 60, undefined)).toBeNull();
    expect(concurrencyProblem("us-east-1", 60, 50)).toMatch(
      /^us-east-1: got an account with 50 .* reserve 60 .* keeps 100 unreserved; ask for 110 more/,
    );
  });
});
