import type { Resource } from "../description/lookup";
import type { CallContext } from "../description/policy";
import type { ResourceEdit } from "../mutations/edits";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { worldOf } from "./worldOf";

const ACCOUNT = "123456789012";
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:dev-failover-use1`;
const ALARM = `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:dev-home-not-serving-use1`;
const TYPE = "aws:sns/topic:Topic";
const POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const PERMISSION = "aws:lambda/permission:Permission";

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

/** The message as alarms.ts formats it. */
const ofAlarm = {
  "aws:sourceaccount": ACCOUNT,
  "aws:sourceowner": ACCOUNT,
  "aws:sourcearn": ALARM,
};

interface Told {
  by?: string;
  context?: CallContext;
  from?: readonly Resource[];
}

/**
 * The effect of one message on home's failover topic, to which the standby's orchestrator
 * subscribes.
 */
async function told(
  edits: readonly ResourceEdit[],
  { by = "cloudwatch.amazonaws.com", context = ofAlarm, from = resources }: Told = {},
) {
  const payloads: unknown[] = [];
  const failoverOrchestrator = () => (payload: unknown) => {
    payloads.push(payload);
    return Promise.resolve(undefined);
  };
  const world = worldOf(from, edits, { failoverOrchestrator });
  const seen: string[] = [];
  world.base.watch((happening) => {
    if (happening.kind === "published") seen.push("published");
    if (happening.kind === "denied") seen.push(`denied: ${happening.action}`);
  });
  world.sns.publishFor(by, context, TOPIC, '{"NewStateValue":"ALARM"}');
  await world.base.simulation.run(world.base.nowMs + 30_000);
  return { seen, payloads };
}

/** The topic's own policy with the alarms' statement changed. */
function alarmsStatement(change: object): ResourceEdit {
  const found = resources.find(({ type, state }) => type === POLICY && state["arn"] === TOPIC)!;
  const policy = JSON.parse(String(found.state["policy"])) as { Statement: { Sid: string }[] };
  const Statement = policy.Statement.map((each) =>
    each.Sid === "Alarms" ? { ...each, ...change } : each,
  );
  const set = { policy: JSON.stringify({ ...policy, Statement }) };
  return { type: POLICY, name: found.name, set };
}

const conditions = (account: string, source: string) => ({
  Condition: {
    StringEquals: { "aws:SourceAccount": account },
    ArnLike: { "aws:SourceArn": source },
  },
});
const published = ["published"];
const refused = ["denied: sns:Publish by cloudwatch.amazonaws.com"];

it("passes the alarm's message and its topic to the function", async () => {
  const { seen, payloads } = await told([]);
  expect(seen).toEqual(published);
  const Message = '{"NewStateValue":"ALARM"}';
  const Sns = { Type: "Notification", TopicArn: TOPIC, Subject: "", Message };
  expect(payloads).toEqual([{ Records: [{ EventSource: "aws:sns", EventVersion: "1.0", Sns }] }]);
});

it.each<[string, () => object, string[]]>([
  ["its own account and alarms", () => conditions(ACCOUNT, `${ALARM}*`), published],
  ["another account", () => conditions("999999999999", `${ALARM}*`), refused],
  [
    "accounts by a wildcard, which StringEquals takes literally",
    () => conditions("*", `${ALARM}*`),
    refused,
  ],
  ["another source", () => conditions(ACCOUNT, `${ALARM}-2`), refused],
  ["another service", () => ({ Principal: { Service: "s3.amazonaws.com" } }), refused],
  ["everyone, under its conditions", () => ({ Principal: "*" }), published],
  [
    "everyone of another account",
    () => ({ Principal: "*", ...conditions("999999999999", "*") }),
    refused,
  ],
  ["another action", () => ({ Action: ["sns:Subscribe"] }), refused],
  ["another topic", () => ({ Resource: [`${TOPIC}-2`] }), refused],
  ["nobody", () => ({ Effect: "Deny" }), refused],
])("a topic's policy lets in: %s", async (_who, change, seen) => {
  const answer = await told([alarmsStatement(change())]);
  expect(answer.seen).toEqual(seen);
  expect(answer.payloads).toHaveLength(seen === published ? 1 : 0);
});

it("the failover topic accepts alarms alone", async () => {
  const events = { by: "events.amazonaws.com", context: {} };
  expect((await told([], events)).seen).toEqual(["denied: sns:Publish by events.amazonaws.com"]);
});

it("an unknown condition operator is an error that names it", async () => {
  const change = { Condition: { NumericLessThan: { "aws:MultiFactorAuthAge": "60" } } };
  await expect(told([alarmsStatement(change)])).rejects.toThrow(/NumericLessThan is not modelled/);
});

describe("a topic without a policy resource", () => {
  const without = (): ResourceEdit => ({
    type: POLICY,
    name: alarmsStatement({}).name!,
    remove: true,
  });

  it("uses the policy in its own properties", async () => {
    const policy = JSON.stringify({ Statement: [] });
    const name = resources.find(({ state, type }) => type === TYPE && state["arn"] === TOPIC)!.name;
    expect((await told([without(), { type: TYPE, name, set: { policy } }])).seen).toEqual(refused);
  });

  it("without any policy accepts services that act for its owner, such as CloudWatch", async () => {
    expect((await told([without()])).seen).toEqual(published);
  });

  it("accepts nobody else", async () => {
    const context = { ...ofAlarm, "aws:sourceowner": "999999999999" };
    expect((await told([without()], { context })).seen).toEqual(refused);
    const events = { by: "events.amazonaws.com", context: {} };
    expect((await told([without()], events)).seen).toEqual([
      "denied: sns:Publish by events.amazonaws.com",
    ]);
  });
});

describe("a subscription", () => {
  const subscription = (set: Record<string, unknown>): ResourceEdit => ({
    type: SUBSCRIPTION,
    name: "failover-home-topic",
    set,
  });
  const calls = async (...edits: ResourceEdit[]) => {
    const { seen, payloads } = await told(edits);
    return [seen, payloads.length];
  };

  it("has no effect once it is removed, or if it is made in another region than the topic's", async () => {
    const away: ResourceEdit = { ...subscription({}), remove: true };
    expect(await calls(away)).toEqual([published, 0]);
    const from = resources.map((each) =>
      each.name === "failover-home-topic" ? { ...each, region: "us-east-2" } : each,
    );
    expect(await told([], { from })).toEqual({ seen: published, payloads: [] });
  });

  it("needs the function's permission, for this topic", async () => {
    const found = resources.find(
      ({ type, state }) => type === PERMISSION && state["sourceArn"] === TOPIC,
    )!;
    const denied = [...published, "denied: lambda:InvokeFunction by sns.amazonaws.com"];
    const permission = { type: PERMISSION, name: found.name };
    expect(await calls({ ...permission, remove: true })).toEqual([denied, 0]);
    expect(await calls({ ...permission, set: { sourceArn: `${TOPIC}-2` } })).toEqual([denied, 0]);
  });
});
