import type { FunctionDescription } from "../description/functions";
import type { Stream } from "../../support/simulation/random";
import type { Stage } from "../scenario/faults/fault";
import { settlingBroken } from "../scenario/faults/settling";
import type { Happening } from "../world/happenings";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { parsePolicy } from "../description/policy";
import type { ResourceEdit } from "../mutations/edits";
import { worldOf } from "./worldOf";

it("while it lasts, the fault removes only order-processor's permission to sign in at home", async () => {
  const world = worldOf((await cachedCapture()).resources, [], {});
  const { program } = world.base;
  const functionOf = (stem: string, region: string): FunctionDescription =>
    [...program.functions.values()].find((each) => each.stem === stem && each.region === region)!;
  const denied: Happening[] = [];
  world.base.watch((happening) => {
    if (happening.kind === "denied") denied.push(happening);
  });
  const may = (stem: string, region: string, action: string, resource: string): boolean =>
    world.permissions.allow(functionOf(stem, region), action, resource);
  const processors = ["us-east-1", "us-east-2"].map((region) =>
    functionOf("orderProcessor", region),
  );
  const signIns = processors.map(({ region }) => {
    const { signIn, cluster } = world.aurora.members.get(region)!;
    const user = `dbuser:${cluster.resourceId}/trading_app`;
    expect(signIn).toEqual([
      "rds-db:connect",
      `arn:aws:rds-db:${region}:${program.account}:${user}`,
    ]);
    return signIn;
  });
  const signsIn = (at: 0 | 1): boolean =>
    world.permissions.refused(processors[at]!, signIns[at]!) === undefined;
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:dev-orders-use1";
  const rights = () => ({
    home: signsIn(0),
    standby: signsIn(1),
    queue: may("orderProcessor", "us-east-1", "sqs:ReceiveMessage", queueArn),
  });
  const all = { home: true, standby: true, queue: true };
  expect(rights()).toEqual(all);
  const fault = settlingBroken.draw({ pick: () => "IAM" } as unknown as Stream);
  const stage = { world, region: () => "us-east-1" } as unknown as Stage;
  fault.begin(stage);
  expect(rights()).toEqual({ ...all, home: false });
  fault.end(stage);
  expect(rights()).toEqual(all);
  // Permissions removed by a fault are not missing in the program.
  expect(denied).toEqual([]);
});

describe("the policy of a VPC endpoint", () => {
  const type = "aws:ec2/vpcEndpoint:VpcEndpoint";
  const name = "network-use1-sqs";
  const refused = async (account: string, ...edits: ResourceEdit[]): Promise<boolean> => {
    const { base, permissions } = worldOf((await cachedCapture()).resources, edits, {});
    const processor = [...base.program.functions.values()].find(
      ({ stem, region }) => stem === "orderProcessor" && region === "us-east-1",
    )!;
    const role = [...processor.role, ...parsePolicy({ Statement: [anywhere] })];
    const endpoint = processor.vpcServices?.get("sqs");
    const queueArn = `arn:aws:sqs:us-east-1:${account}:dev-order-dead-letters-use1`;
    return (
      permissions.refused({ ...processor, role }, ["sqs:SendMessage", queueArn], { endpoint }) !==
      undefined
    );
  };
  /** The role of a function that somebody has taken over. */
  const anywhere = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" };

  it("admits only the account's own resources, whatever the role allows", async () => {
    expect(await refused("123456789012")).toBe(false);
    expect(await refused("999999999999")).toBe(true);
  });

  it("admits everything if there is none, and nothing if it has no statements", async () => {
    expect(await refused("999999999999", { type, name, set: { policy: undefined } })).toBe(false);
    const policy = JSON.stringify({ Statement: [] });
    expect(await refused("123456789012", { type, name, set: { policy } })).toBe(true);
  });
});
