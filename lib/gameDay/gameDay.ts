import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Monitoring } from "../monitoring";
import { PlatformComponent } from "../platform/component";
import { createLogGroup } from "../platform/logGroup";
import { type Statement, policyDocument, serviceTrustPolicy } from "../platform/policies";
import { type Experiment, type ExperimentName, experiments } from "./experiments";
import { type Target, type Targets, targetsOf } from "./targets";

export interface GameDayArgs extends Targets {
  /** Of home: AWS FIS takes alarms of its own region alone. */
  readonly monitoring: Monitoring;
}

/** Version of the log records: the newest (AWS FIS guide, "Experiment logging"). */
const LOG_SCHEMA_VERSION = 2;

/**
 * Templates of AWS FIS experiments against home, for `dr gameday`. Each has a role with the rights of
 * its action. An experiment stops when an alarm shows harm that it is not meant to do.
 */
export class GameDay extends PlatformComponent<GameDayArgs> {
  /** Ids of the templates by the name of their experiment. */
  readonly templateIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: GameDayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("GameDay", name, args, opts);
    const logGroup = this.createLogs();
    const targets = Object.entries(targetsOf(args)) as [ExperimentName, Target][];
    this.templateIds = Object.fromEntries(
      targets.map(([what, target]) => [what, this.createTemplate(what, target, logGroup).id]),
    );
    this.registerOutputs({ templateIds: this.templateIds });
  }

  private get child() {
    return this.childIn(this.args.platform.home);
  }

  /** With a policy of its own, so that no role of an experiment may change log groups' policies. */
  private createLogs(): aws.cloudwatch.LogGroup {
    const { platform } = this.args;
    const { accountId, home } = platform;
    const groupName = platform.nameOf("logGroup", "game-day", home);
    const group = createLogGroup(this.name, { platform, region: home }, groupName, this.child);
    new aws.cloudwatch.LogResourcePolicy(
      this.name,
      {
        policyName: groupName,
        policyDocument: policyDocument([
          {
            Sid: "Deliver",
            Principal: { Service: "delivery.logs.amazonaws.com" },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: [pulumi.interpolate`${group.arn}:log-stream:*`],
            Condition: {
              StringEquals: { "aws:SourceAccount": accountId },
              ArnLike: {
                "aws:SourceArn": pulumi.interpolate`arn:aws:logs:${home.name}:${accountId}:*`,
              },
            },
          },
        ]),
      },
      this.child,
    );
    return group;
  }

  private createTemplate(
    what: ExperimentName,
    { key, select, parameters, statements }: Target,
    logGroup: aws.cloudwatch.LogGroup,
  ): aws.fis.ExperimentTemplate {
    const experiment: Experiment = experiments[what];
    const { role, policy } = this.createRole(what, statements);
    const all: Record<string, string> = {
      ...parameters,
      ...(experiment.minutes !== null && { duration: `PT${experiment.minutes}M` }),
    };
    const pairs = Object.entries(all).map(([name, value]) => ({ key: name, value }));
    return new aws.fis.ExperimentTemplate(
      `${this.name}-${what}`,
      {
        description: `${experiment.fault}; expected: ${experiment.expected}`,
        roleArn: role.arn,
        targets: [{ name: what, selectionMode: "ALL", ...select }],
        actions: [
          {
            name: what,
            actionId: experiment.action,
            target: { key, value: what },
            ...(pairs.length > 0 && { parameters: pairs }),
          },
        ],
        stopConditions: this.stopAlarms(experiment).map(({ arn }) => ({
          source: "aws:cloudwatch:alarm",
          value: arn,
        })),
        // An experiment without a target shows nothing.
        experimentOptions: {
          accountTargeting: "single-account",
          emptyTargetResolutionMode: "fail",
        },
        logConfiguration: {
          logSchemaVersion: LOG_SCHEMA_VERSION,
          cloudwatchLogsConfiguration: { logGroupArn: pulumi.interpolate`${logGroup.arn}:*` },
        },
        tags: { Name: what },
      },
      { ...this.child, dependsOn: [policy] },
    );
  }

  /**
   * Without a working standby there is nothing to fail over to. Failing orders stop an experiment only
   * if it is not meant to lead to a takeover.
   */
  private stopAlarms({ expected }: Experiment): aws.cloudwatch.MetricAlarm[] {
    const { monitoring } = this.args;
    const harm = expected === "takeover" ? [] : ["orders-failing"];
    return ["standby-endpoint", ...harm].map((base) => monitoring.alarm(base));
  }

  /** Only experiments of this account and region can use it. */
  private createRole(what: ExperimentName, statements: readonly Statement[]) {
    const { platform } = this.args;
    const { accountId, home } = platform;
    const role = new aws.iam.Role(
      `${this.name}-${what}`,
      {
        name: platform.nameOf("role", `game-day-${what}`, home),
        assumeRolePolicy: serviceTrustPolicy("fis.amazonaws.com", {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: {
            "aws:SourceArn": pulumi.interpolate`arn:aws:fis:${home.name}:${accountId}:experiment/*`,
          },
        }),
      },
      this.child,
    );
    const policy = new aws.iam.RolePolicy(
      `${this.name}-${what}`,
      {
        name: "experiment",
        role: role.id,
        policy: policyDocument([
          ...statements,
          {
            Sid: "DeliverLogs",
            // These actions support no resource.
            Action: [
              "logs:CreateLogDelivery",
              "logs:DescribeLogGroups",
              "logs:DescribeResourcePolicies",
            ],
            Resource: ["*"],
          },
        ]),
      },
      this.child,
    );
    return { role, policy };
  }
}
