import { type Experiment, experiments } from "../../../lib/gameDay/experiments";
import type { CapturedResource } from "../../../support/capture/capture";
import { type Program, arn, loadProgram, statements } from "../../helpers/program";

const HOME = "us-east-1";
const names = Object.keys(experiments);
const on = (config: Record<string, string> = {}) =>
  loadProgram({ config: { gameDay: "true", ...config } });

let program: Program;
beforeAll(async () => {
  program = await on();
});

const template = (name: string) => program.one("fis/experimentTemplate", `game-day-${name}`);
const alarmsOf = ({ inputs }: CapturedResource) =>
  (inputs.stopConditions as { value: string }[]).map(
    ({ value }) => program.byArn("cloudwatch/metricAlarm", value).name,
  );
const rightsOf = (name: string) =>
  statements(program.one("iam/rolePolicy", `game-day-${name}`).inputs.policy);

describe("gameDay", () => {
  it("is off by default: no experiment, no role and no tag", async () => {
    const usual = await loadProgram();
    const types = ["fis/experimentTemplate", "cloudwatch/logResourcePolicy"];
    expect(types.flatMap((type) => usual.all(type))).toEqual([]);
    expect(usual.one("s3/bucket", "s3-use1").inputs).not.toHaveProperty("tags");
    expect(usual.outputs["operations"]).toMatchObject({ experiments: {} });
  });

  it("adds resources and the tag of one bucket, and changes nothing else", async () => {
    const usual = await loadProgram();
    const before = new Map(usual.resources.map((each) => [each.urn, each]));
    const added = program.resources.filter(({ urn }) => !before.has(urn));
    expect(added.filter(({ name }) => !name.startsWith("game-day"))).toEqual([]);
    const changed = program.resources.filter(
      ({ urn, inputs }) =>
        before.has(urn) && JSON.stringify(inputs) !== JSON.stringify(before.get(urn)!.inputs),
    );
    expect(changed.map(({ name }) => name)).toEqual(["s3-use1"]);
  });

  it("names its templates in the output that dr reads", () => {
    const { experiments: ids } = program.outputs["operations"] as { experiments: unknown };
    expect(ids).toEqual(Object.fromEntries(names.map((name) => [name, template(name).id])));
  });

  it("has no failover of the database without an instance to promote", async () => {
    const one = await on({ auroraInstancesPerRegion: "1" });
    const left = names.filter((name) => name !== "database-failover");
    const made = one.all("fis/experimentTemplate").map(({ name }) => name);
    expect(made.sort()).toEqual(left.map((name) => `game-day-${name}`).sort());
  });
});

describe.each(Object.entries<Experiment>(experiments))("the experiment %s", (name, experiment) => {
  it("does its action in home's region, for as long as it says", () => {
    const { inputs, region, parent } = template(name);
    expect([region, parent]).toEqual([HOME, program.component("GameDay", "game-day").urn]);
    const [action, ...others] = inputs.actions as {
      actionId: string;
      target: { value: string };
      parameters?: { key: string; value: string }[];
    }[];
    expect(others).toEqual([]);
    expect(action).toMatchObject({ actionId: experiment.action, target: { value: name } });
    const duration = action!.parameters?.find(({ key }) => key === "duration")?.value;
    expect(duration).toBe(experiment.minutes === null ? undefined : `PT${experiment.minutes}M`);
    expect(inputs.experimentOptions).toMatchObject({ emptyTargetResolutionMode: "fail" });
  });

  it("stops at an alarm of its region about harm that it is not meant to do", () => {
    const alarms = alarmsOf(template(name));
    const standby = "monitoring-use1-standby-endpoint";
    const orders = experiment.expected === "takeover" ? [] : ["monitoring-use1-orders-failing"];
    expect(alarms).toEqual([standby, ...orders]);
  });

  it("is logged, to a group that log delivery may write to", () => {
    const { arn: group } = program.one("cloudwatch/logGroup", "game-day").state;
    expect(template(name).inputs.logConfiguration).toEqual({
      logSchemaVersion: 2,
      cloudwatchLogsConfiguration: { logGroupArn: `${String(group)}:*` },
    });
    const policy = program.one("cloudwatch/logResourcePolicy", "game-day").inputs.policyDocument;
    expect(statements(policy)).toEqual([
      {
        Sid: "Deliver",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [`${String(group)}:log-stream:*`],
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnLike: { "aws:SourceArn": arn("logs", HOME, "*") },
        },
      },
    ]);
  });

  it("has a role for experiments of this account and region alone, and waits for its rights", () => {
    const role = program.one("iam/role", `game-day-${name}`);
    expect(template(name).inputs.roleArn).toBe(role.state.arn);
    expect(statements(role.inputs.assumeRolePolicy)).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "fis.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnLike: { "aws:SourceArn": arn("fis", HOME, "experiment/*") },
        },
      },
    ]);
    const policy = program.one("iam/rolePolicy", `game-day-${name}`);
    expect(policy.inputs.role).toBe(role.state.name);
    expect(program.waitsFor(template(name))).toContain(policy.urn);
  });

  it("may do with every resource only what AWS supports no resource for", () => {
    const everywhere = rightsOf(name)
      .filter(({ Resource }) => Resource.includes("*"))
      .flatMap(({ Action }) => Action);
    const allowed =
      /^(ec2:Describe\w+|s3:ListAllMyBuckets|tag:GetResources|dynamodb:InjectError|logs:(CreateLogDelivery|Describe\w+))$/;
    expect(everywhere.filter((action) => !allowed.test(action))).toEqual([]);
    expect(
      rightsOf(name)
        .flatMap(({ Action }) => Action)
        .join(),
    ).not.toContain("*");
  });
});

describe("the target", () => {
  const targetOf = (name: string) => {
    const [target] = template(name).inputs.targets as Record<string, unknown>[];
    return target;
  };
  const of = (type: string, name: string) => program.one(type, name).state.arn as string;

  it("of the ledger and of the sessions is home's replica", () => {
    for (const name of ["ledger", "sessions"] as const) {
      const table = of("dynamodb/table", `dynamodb-${name}`);
      const experiment = { ledger: "ledger-replication", sessions: "session-replication" }[name];
      expect(targetOf(experiment)).toMatchObject({
        resourceType: "aws:dynamodb:global-table",
        resourceArns: [table],
      });
      const pause = rightsOf(experiment).find(({ Sid }) => Sid === "PauseReplication")!;
      expect(pause.Resource).toEqual([table, `${table}/stream/*`]);
    }
  });

  it("may get errors injected only where the table is strongly consistent", () => {
    const holders = names.filter((name) =>
      rightsOf(name).some(({ Action }) => Action.includes("dynamodb:InjectError")),
    );
    expect(holders).toEqual(["ledger-replication"]);
  });

  it("of the archives is the one bucket with both tags, and no other of the environment has them", () => {
    expect(targetOf("archive-replication")).toMatchObject({
      resourceTags: [
        { key: "GameDay", value: "archive-replication" },
        { key: "Environment", value: "dev" },
      ],
    });
    const tagged = program.all("s3/bucket").filter(({ inputs }) => inputs.tags !== undefined);
    expect(tagged.map(({ name, inputs }) => [name, inputs.tags])).toEqual([
      ["s3-use1", { GameDay: "archive-replication" }],
    ]);
    const bucket = of("s3/bucket", "s3-use1");
    const own = rightsOf("archive-replication").filter(({ Sid }) => /Replication$/.test(Sid!));
    expect(own.map(({ Resource }) => Resource)).toEqual([[bucket], [bucket], [bucket]]);
  });

  it("of the database is home's cluster", () => {
    const cluster = of("rds/cluster", "aurora-use1");
    expect(targetOf("database-failover")).toMatchObject({ resourceArns: [cluster] });
    const [failOver] = rightsOf("database-failover");
    expect(failOver!.Resource).toEqual([cluster]);
  });

  it("of the cut are home's subnets, and the rights change only what AWS FIS created or moves them", () => {
    const subnets = [0, 1].map((index) => of("ec2/subnet", `network-use1-${index}`));
    expect(targetOf("cross-region-connectivity")).toMatchObject({ resourceArns: subnets });
    const changing = rightsOf("cross-region-connectivity").filter(
      ({ Action, Condition }) =>
        Condition === undefined && !/Describe|Get|logs:/.test(Action.join()),
    );
    const account = "arn:aws:ec2:us-east-1:123456789012";
    expect(Object.fromEntries(changing.map(({ Sid, Resource }) => [Sid, Resource]))).toEqual({
      InNetwork: [of("ec2/vpc", "network-use1")],
      InSubnets: [...subnets, `${account}:security-group/*`],
      MoveSubnets: [...subnets, `${account}:route-table/*`],
      MoveSubnetsBack: subnets,
    });
  });
});
