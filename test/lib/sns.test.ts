import {
  type Program,
  arn,
  loadProgram,
  regions,
  setOtherwise,
  statements,
} from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram(setOtherwise);
});

describe.each(regions)("the topics in %s", (token, region) => {
  describe.each(["alerts", "failover"])("%s", (what) => {
    const topicArn = arn("sns", region, `dev-${what}-${token}`);

    test("has the region in its name, and no encryption that would block alarms", () => {
      expect(program.one("sns/topic", `topics-${token}-${what}`).inputs).toEqual({
        name: `dev-${what}-${token}`,
      });
    });

    test("accepts messages of alarms; only the alerts topic also those of the database, of events and of the orchestrators", () => {
      const { inputs } = program.one("sns/topicPolicy", `topics-${token}-${what}`);
      expect(inputs.arn).toBe(topicArn);
      const publish = { Effect: "Allow", Action: ["sns:Publish"], Resource: [topicArn] };
      const functions = {
        Sid: "Functions",
        ...publish,
        Principal: { AWS: arn("iam", "", "root") },
        Condition: {
          ArnEquals: {
            "aws:PrincipalArn": ["use1", "use2"].map((each) =>
              arn("iam", "", `role/dev-failover-orchestrator-${each}`),
            ),
          },
        },
      };
      const waking = token === "use1" ? "home-not-serving" : "home-lost";
      const alarm = what === "alerts" ? "*" : `dev-${waking}-${token}`;
      const alarms = [
        {
          Sid: "Alarms",
          ...publish,
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": arn("cloudwatch", region, `alarm:${alarm}`) },
          },
        },
      ];
      const others = [
        {
          Sid: "DatabaseEvents",
          ...publish,
          Principal: { Service: "events.rds.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": arn("rds", region, "*") },
          },
        },
        { Sid: "Events", ...publish, Principal: { Service: "events.amazonaws.com" } },
        functions,
      ];
      const expected = what === "alerts" ? [...alarms, ...others] : alarms;
      expect(statements(inputs.policy)).toEqual(expected);
    });

    test("notifies every configured address", () => {
      const addresses = program
        .all("sns/topicSubscription")
        .filter(({ inputs }) => inputs.topic === topicArn && inputs.protocol !== "lambda");
      expect(addresses.map(({ inputs }) => [inputs.protocol, inputs.endpoint])).toEqual([
        ["email", "a@example.com"],
        ["email", "b@example.com"],
        ["https", "https://events.example.com/trading"],
      ]);
      expect(addresses.map((each) => each.region)).toEqual([region, region, region]);
    });
  });
});

test.each(regions)(
  "the failover topic in %s accepts only the alarm that publishes to it",
  (token, region) => {
    const topicArn = arn("sns", region, `dev-failover-${token}`);
    const alarms = [
      ...program.all("cloudwatch/compositeAlarm"),
      ...program.all("cloudwatch/metricAlarm"),
    ];
    const publishing = alarms.filter(({ inputs }) =>
      (inputs.alarmActions as string[] | undefined)?.includes(topicArn),
    );
    const { policy } = program.one("sns/topicPolicy", `topics-${token}-failover`).inputs;
    const admitted = statements(policy).map(
      ({ Condition }) => Condition?.ArnLike?.["aws:SourceArn"],
    );
    expect(publishing.map(({ state }) => state.arn)).toEqual(admitted);
  },
);

test("the policies name the orchestrators' roles", () => {
  for (const [token] of regions) {
    const { inputs } = program.one("lambda/function", `failoverOrchestrator-${token}`);
    expect(inputs.role).toBe(arn("iam", "", `role/dev-failover-orchestrator-${token}`));
  }
});

test("nobody is subscribed by default", async () => {
  const protocols = (await loadProgram())
    .all("sns/topicSubscription")
    .map((s) => s.inputs.protocol);
  expect(protocols).toEqual(["lambda"]);
});
