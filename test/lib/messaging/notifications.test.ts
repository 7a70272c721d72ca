import { type Program, arn, loadProgram, regions, statements } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

describe.each(regions)("notifications of AWS in %s", (token, region) => {
  const topicArn = arn("sns", region, `dev-alerts-${token}`);
  const policyOf = () => program.one("sns/topicPolicy", `topics-${token}-alerts`);

  test.each([
    ["cluster", "db-cluster", [`dev-orders-${token}`]],
    ["instance", "db-instance", [`dev-orders-0-${token}`, `dev-orders-1-${token}`]],
  ])("events of the %s -> topic -> policy", (what, sourceType, sourceIds) => {
    const subscription = program.one("rds/eventSubscription", `notifications-${token}-${what}`);
    expect(subscription.inputs).toEqual({
      name: `dev-database-${what}-${token}`,
      snsTopic: topicArn,
      sourceType,
      sourceIds,
    });
    expect(subscription.region).toBe(region);
    const may = statements(policyOf().inputs.policy).find(({ Sid }) => Sid === "DatabaseEvents")!;
    expect(may.Principal).toEqual({ Service: "events.rds.amazonaws.com" });
    const source = may.Condition!.ArnLike!["aws:SourceArn"] as string;
    expect(String(subscription.state.arn).startsWith(source.replace("*", ""))).toBe(true);
    expect(program.waitsFor(subscription).has(policyOf().urn)).toBe(true);
  });

  test("issues of AWS services -> rule -> topic -> policy without a condition", () => {
    const rule = program.one("cloudwatch/eventRule", `notifications-${token}`);
    expect(rule.inputs.name).toBe(`dev-service-troubles-${token}`);
    expect(JSON.parse(String(rule.inputs.eventPattern))).toMatchObject({
      source: ["aws.health"],
      detail: { eventTypeCategory: ["issue"], eventRegion: [region, "global"] },
    });
    const target = program.one("cloudwatch/eventTarget", `notifications-${token}`);
    expect(target.inputs).toEqual({ rule: rule.state.name, arn: topicArn });
    expect([rule.region, target.region]).toEqual([region, region]);
    const may = statements(policyOf().inputs.policy).find(({ Sid }) => Sid === "Events")!;
    expect([may.Principal, may.Condition]).toEqual([
      { Service: "events.amazonaws.com" },
      undefined,
    ]);
    expect(program.waitsFor(target).has(policyOf().urn)).toBe(true);
  });
});
