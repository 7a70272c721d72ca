import { NotModelledError } from "../../support/aws/errors";
import { cachedCapture } from "../../support/capture/cachedCapture";
import type { Resource } from "../description/lookup";
import { describeProgram } from "../description/program";
import { type ResourceEdit, editedBy } from "../mutations/edits";

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

const role = "aws:iam/role:Role";

describe("an AWS feature that is not modelled is rejected", () => {
  it.each<[string, ResourceEdit]>([
    [
      "a subscription filter",
      {
        type: "aws:sns/topicSubscription:TopicSubscription",
        set: { filterPolicy: '{"NewStateValue":["ALARM"]}' },
      },
    ],
    [
      "an actions suppressor",
      {
        type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        set: { actionsSuppressor: { alarm: "other", waitPeriod: 60, extensionPeriod: 60 } },
      },
    ],
    [
      "a batch window",
      {
        type: "aws:lambda/eventSourceMapping:EventSourceMapping",
        set: { maximumBatchingWindowInSeconds: 20 },
      },
    ],
    ["an inline policy", { type: role, set: { inlinePolicies: [{ policy: "{}" }] } }],
    [
      "a managed policy",
      { type: role, set: { managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
    ],
  ])("%s", (_, edit) => {
    expect(() => describeProgram(editedBy([edit], resources))).toThrow(NotModelledError);
  });

  it("a rule of a WAF that is no rate rule for /orders", async () => {
    const { resources } = await cachedCapture({ config: { retention: "durable" } });
    expect(() => describeProgram(resources)).not.toThrow();
    const type = "aws:wafv2/webAcl:WebAcl";
    const rules = [{ statement: { geoMatchStatement: { countryCodes: ["AQ"] } } }];
    const blocked = { defaultAction: { block: {} } };
    for (const set of [{ rules }, blocked])
      expect(() => describeProgram(editedBy([{ type, set }], resources))).toThrow(NotModelledError);
  }, 60_000);

  it.each(["aws:iam/policy:Policy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"])(
    "a resource of type %s",
    (type) => {
      const added = { urn: type, type, name: "added", id: "added", inputs: {}, state: {} };
      expect(() => describeProgram([...resources, added])).toThrow(NotModelledError);
    },
  );

  it("a resource of a type that the drill does not know, by its name", () => {
    const type = "aws:appautoscaling/policy:Policy";
    const added = { urn: type, type, name: "added", id: "added", inputs: {}, state: {} };
    expect(() => describeProgram([...resources, added])).toThrow(`${type}: read it in`);
  });
});

it("every resource of the durable program is known", async () => {
  const durable = (await cachedCapture({ config: { retention: "durable" } })).resources;
  expect(() => describeProgram(durable)).not.toThrow();
}, 60_000);
