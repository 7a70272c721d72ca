import type { CapturedResource } from "../../../support/capture/capture";
import {
  type PolicyStatement,
  type Program,
  audited,
  loadProgram,
  statements,
} from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram(audited);
});

/** An AWS service that publishes, and what it sends to KMS beside the encryption context. */
interface Publisher {
  readonly service: string;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * How a resource publishes to a topic or queue that it names. Undefined: with the rights of a role, or
 * not at all.
 */
function publisherOf({ type, inputs, state }: CapturedResource): Publisher | undefined {
  const source = { "aws:SourceArn": String(state.arn), "aws:SourceAccount": "123456789012" };
  switch (type.split(":")[1]) {
    case "cloudwatch/metricAlarm":
    case "cloudwatch/compositeAlarm":
      return { service: "cloudwatch.amazonaws.com", context: source };
    // SNS Developer Guide, "Managing Amazon SNS encryption keys": EventBridge supports no
    // aws:SourceAccount, aws:SourceArn or aws:SourceOrgID in a key's policy.
    case "cloudwatch/eventTarget":
      return { service: "events.amazonaws.com", context: {} };
    // The Aurora User Guide shows no condition for keys either.
    case "rds/eventSubscription":
      return { service: "events.rds.amazonaws.com", context: {} };
    case "sns/topicSubscription":
      return inputs.protocol === "sqs" ? { service: "sns.amazonaws.com", context: {} } : undefined;
    case "cloudwatch/dashboard":
    case "iam/rolePolicy":
    case "lambda/eventSourceMapping":
    case "lambda/function":
    case "lambda/permission":
    case "sns/topicPolicy":
      return undefined;
    default:
      throw new Error(`${type} names a topic or queue: does a service publish there, and how?`);
  }
}

/** Everything that names a topic or queue, with what it names. */
function links(read: Program) {
  const targets = [...read.all("sns/topic"), ...read.all("sqs/queue")];
  return read.resources.flatMap((from) => {
    if (!from.custom || targets.includes(from)) return [];
    const texts = JSON.stringify(from.inputs);
    return targets
      .filter(({ state }) => texts.includes(`${String(state.arn)}"`))
      .map((to) => ({ from, to }));
  });
}

const glob = (value: string) =>
  new RegExp(`^${value.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);

/** The AWS service that a statement is about. */
const serviceOf = ({ Principal }: PolicyStatement) =>
  typeof Principal === "object" ? Principal["Service"] : undefined;

/** Whether a statement of a key's policy lets a service do this. */
function allows(statement: PolicyStatement, { service, context }: Publisher, action: string) {
  const { Effect, Action, Condition = {} } = statement;
  const isMet = (operator: string, key: string, expected: string | string[]) => {
    expect(["StringEquals", "ArnLike"]).toContain(operator);
    const actual = context[key];
    return actual !== undefined && [expected].flat().some((each) => glob(each).test(actual));
  };
  return (
    Effect === "Allow" &&
    serviceOf(statement) === service &&
    Action.some((each) => glob(each).test(action)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) => isMet(operator, key, expected)),
    )
  );
}

/** Links whose messages KMS would refuse: SNS drops them, and nothing reports it. */
function dropped(read: Program): string[] {
  return links(read).flatMap(({ from, to }) => {
    const publisher = publisherOf(from);
    if (!publisher) return [];
    const key = read.byArn("kms/key", to.inputs.kmsMasterKeyId);
    const policy = statements(key.inputs.policy);
    return ["kms:Decrypt", "kms:GenerateDataKey"]
      .filter((action) => !policy.some((each) => allows(each, publisher, action)))
      .map((action) => `${from.name} -> ${to.name}: ${publisher.service} may not ${action}`);
  });
}

test("the key of every topic lets every publisher through", () => {
  expect(dropped(program)).toEqual([]);
});

test("all kinds of publishers were found, in both regions", () => {
  const found = links(program).flatMap(({ from, to }) => {
    const publisher = publisherOf(from);
    return publisher ? [`${publisher.service} ${to.name}`] : [];
  });
  const expected = ["use1", "use2"].flatMap((code) => [
    `cloudwatch.amazonaws.com topics-${code}-alerts`,
    `cloudwatch.amazonaws.com topics-${code}-failover`,
    `events.amazonaws.com topics-${code}-alerts`,
    `events.rds.amazonaws.com topics-${code}-alerts`,
  ]);
  expect([...new Set(found)].sort()).toEqual(expected.sort());
});

test("whoever the topics' policies let publish is let through by the key, and nobody else", () => {
  for (const topic of program.all("sns/topic")) {
    const key = program.byArn("kms/key", topic.inputs.kmsMasterKeyId);
    const services = (policy: unknown) =>
      statements(policy).flatMap((each) => serviceOf(each) ?? []);
    const ofTopics = program
      .all("sns/topicPolicy")
      .filter(({ region }) => region === topic.region)
      .flatMap(({ inputs }) => services(inputs.policy));
    expect(services(key.inputs.policy).sort()).toEqual([...new Set(ofTopics)].sort());
  }
});

describe("the comparison", () => {
  const without = (sid: string) => {
    const resources = program.resources.map((each) => {
      if (!each.name.startsWith("keys-") || !each.type.startsWith("aws:kms/key:")) return each;
      const Statement = statements(each.inputs.policy).filter(({ Sid }) => Sid !== sid);
      return { ...each, inputs: { ...each.inputs, policy: JSON.stringify({ Statement }) } };
    });
    const { constructor } = program;
    return new (constructor as typeof Program)(resources, {});
  };

  test.each([
    ["Alarms", "cloudwatch.amazonaws.com"],
    ["DatabaseEvents", "events.rds.amazonaws.com"],
    ["Events", "events.amazonaws.com"],
  ])("reports messages that are dropped without the statement %s", (sid, service) => {
    const reported = dropped(without(sid));
    expect(reported).not.toEqual([]);
    for (const line of reported) expect(line).toContain(`${service} may not kms:`);
  });
});
