import { InvokeCommand, LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import { mockClient } from "aws-sdk-client-mock";
import "aws-sdk-client-mock-jest";
import type { Outcome } from "../../lambda/handlers/failoverOrchestrator";
import { fenced, firstControl, type Control } from "../../lambda/control/control";
import { disarm } from "../../scripts/disarm";
import { FakeCli } from "./fakes";

const ARN = "arn:aws:lambda:us-east-2:123456789012:function:pr-42-failover-orchestrator-use2";
const NOW_MS = Date.UTC(2026, 0, 1);
const steady: Control = {
  ...firstControl("us-east-1", 0, "first", NOW_MS - 600_000),
  active: "us-east-1",
  target: null,
};

describe("disarm", () => {
  const client = new LambdaClient({ region: "us-east-2" });
  const lambda = mockClient(client);
  const regions: string[] = [];

  function run(outputs: object = { failoverFunctionArn: ARN }): Promise<string> {
    const cli = new FakeCli({
      "pulumi stack output --json --stack pr-42": JSON.stringify(outputs),
    });
    const inRegion = (region: string) => {
      regions.push(region);
      return client;
    };
    return disarm({ cli, lambda: inRegion, nowMs: () => NOW_MS }, "pr-42");
  }

  const answers = (outcome: Partial<Outcome>) =>
    lambda.on(InvokeCommand).resolves({
      // The mock hands it over as it is; the SDK makes a Uint8Array with a few more methods of it.
      Payload: Buffer.from(JSON.stringify(outcome)) as never,
    });

  beforeEach(() => {
    lambda.reset();
    regions.length = 0;
  });

  it("invokes the orchestrator of the stack's outputs, in its own region, once", async () => {
    const control = { ...steady, disarmedUntilMs: NOW_MS + 900_000 };
    answers({ done: true, action: { do: "nothing", because: "disarmed" }, control });
    expect(await run()).toBe("disarmed until 2026-01-01T00:15:00.000Z");
    expect(regions).toEqual(["us-east-2"]);
    expect(lambda).toHaveReceivedCommandTimes(InvokeCommand, 1);
    expect(lambda).toHaveReceivedCommandWith(InvokeCommand, {
      FunctionName: ARN,
      Payload: Buffer.from('{"action":"disarm"}'),
    });
  });

  it("has nothing to do before the first `up`", async () => {
    expect(await run({})).toBe("no orchestrator yet: nothing to disarm");
    expect(lambda).not.toHaveReceivedAnyCommand();
  });

  it("has nothing to do where the function is gone, as after half a destroy", async () => {
    lambda
      .on(InvokeCommand)
      .rejects(new ResourceNotFoundException({ message: "gone", $metadata: {} }));
    expect(await run()).toBe("the orchestrator is gone: nothing to disarm");
  });

  it("has nothing to do before the control item is there", async () => {
    answers({ done: true, action: { do: "nothing", because: "" }, control: "absent" });
    expect(await run()).toBe("no control item yet: nothing is armed");
  });

  it("lets the fix for a broken orchestrator be deployed", async () => {
    lambda
      .on(InvokeCommand)
      .resolves({ FunctionError: "Unhandled", Payload: Buffer.from("broken") as never });
    expect(await run()).toBe("the orchestrator fails by itself: broken");
  });

  it("refuses when nobody knows whether it is disarmed", async () => {
    answers({ done: true, action: { do: "nothing", because: "unreadable" }, control: "unknown" });
    await expect(run()).rejects.toThrow(/^not disarmed: .*unreadable.*when the ledger answers$/);
  });

  it("refuses when the answer says that it is still armed", async () => {
    answers({ done: false, action: { do: "disarm", untilMs: NOW_MS }, control: steady });
    await expect(run()).rejects.toThrow(/^not disarmed/);
  });

  it("refuses while a takeover is under way, but not during the first start", async () => {
    const disarmed = { ...steady, disarmedUntilMs: NOW_MS + 1 };
    const control = fenced(disarmed, "us-east-2", "failover", "test", NOW_MS);
    answers({ done: true, action: { do: "nothing", because: "disarmed" }, control });
    await expect(run()).rejects.toThrow("a failover to us-east-2 is under way");
    const starting = {
      ...firstControl("us-east-1", 0, "first", NOW_MS),
      disarmedUntilMs: NOW_MS + 1,
    };
    answers({ done: true, action: { do: "nothing", because: "disarmed" }, control: starting });
    expect(await run()).toBe("disarmed until 2026-01-01T00:00:00.001Z");
  });

  it("does not take any other error for an absent function", async () => {
    lambda.on(InvokeCommand).rejects(new Error("AccessDenied"));
    await expect(run()).rejects.toThrow("AccessDenied");
  });
});
