import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { withKeyRights } from "./encryption/keyRights";
import { createLogGroup } from "./platform/logGroup";
import { CANARY_TIMEOUT_SECONDS } from "./platform/tunables";
import type { ApiGateway } from "./apiGateway";
import { Bucket } from "./storage/bucket";
import { type CanaryCheck, canaryChecks } from "../lambda/functions";
import { canaryBundle } from "./functions/bundle";
import { type Link, environmentOf, statementsOf, canaryKeysLink } from "./functions/link";
import type { Tokens } from "./secrets/tokens";
import {
  type Statement,
  metricsStatement,
  policyDocument,
  serviceTrustPolicy,
} from "./platform/policies";
import { type RegionalArgs, RegionalComponent } from "./platform/component";

/** The metric namespace of Synthetics. */
const CANARY_NAMESPACE = "CloudWatchSynthetics";
const RUNS_PREFIX = "runs/";

/** Canaries by the name of their check. */
export type Canaries = Readonly<Record<CanaryCheck, aws.synthetics.Canary>>;

export interface SyntheticsArgs extends RegionalArgs {
  /** The region's own API: the canaries of a region check that region. */
  readonly api: ApiGateway;
  readonly tokens: Tokens;
  readonly accessLogs: Bucket | undefined;
}

/**
 * A region's canaries: one reads the region's health, one places an order and reads it back, as a
 * client does. They inform people and never start a failover: their results are minutes old, and
 * they run in the region that they check.
 */
export class Synthetics extends RegionalComponent<SyntheticsArgs> {
  readonly canaries: Canaries;

  constructor(name: string, args: SyntheticsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Synthetics", name, args, opts);
    const { platform, region, accessLogs } = args;
    const expiry = { prefix: RUNS_PREFIX, days: platform.retention.logRetentionDays };
    const artifacts = new Bucket(
      name,
      { platform, region, what: "canaries", expiry, accessLogs },
      { parent: this },
    );
    const script = this.createScript(artifacts);
    this.canaries = Object.fromEntries(
      canaryChecks.map((check) => [check, this.createCanary(check, artifacts, script)]),
    ) as Canaries;
    this.registerOutputs({ canaries: Object.values(this.canaries).map((canary) => canary.name) });
  }

  private physicalName(check: CanaryCheck): string {
    return this.nameOf("canary", check);
  }

  private createCanary(
    check: CanaryCheck,
    artifacts: Bucket,
    script: aws.s3.BucketObjectv2,
  ): aws.synthetics.Canary {
    const { platform, api } = this.args;
    const { canaryScheduleMinutes: minutes, canaryRuntime, env } = platform.config;
    const { role, policy } = this.createRole(check, artifacts);
    const canary = new aws.synthetics.Canary(
      `${this.name}-${check}`,
      {
        name: this.physicalName(check),
        runtimeVersion: canaryRuntime,
        handler: `${check}.handler`,
        s3Bucket: artifacts.bucket.bucket,
        s3Key: script.key,
        artifactS3Location: pulumi.interpolate`s3://${artifacts.bucket.bucket}/${RUNS_PREFIX}${check}`,
        ...this.artifactEncryption(),
        executionRoleArn: role.arn,
        schedule: { expression: `rate(${minutes} minutes)` },
        runConfig: {
          timeoutInSeconds: CANARY_TIMEOUT_SECONDS,
          activeTracing: true,
          environmentVariables: {
            ENVIRONMENT: env,
            API_URL: api.stage.invokeUrl,
            ...environmentOf(this.links(check)),
          },
        },
        startCanary: true,
        // Otherwise the function that Synthetics creates would outlive the canary.
        deleteLambda: true,
      },
      // The first run writes into the bucket, so the whole bucket must exist.
      { ...this.child, dependsOn: [policy, artifacts] },
    );
    this.createLogGroup(check, canary);
    return canary;
  }

  /** Without this, Synthetics uses a key that AWS manages, whatever the bucket's default is. */
  private artifactEncryption(): Pick<aws.synthetics.CanaryArgs, "artifactConfig"> {
    const { platform, region } = this.args;
    if (!platform.keys) return {};
    const kmsKeyArn = platform.keys[region.key].data;
    return { artifactConfig: { s3Encryption: { encryptionMode: "SSE_KMS", kmsKeyArn } } };
  }

  /**
   * Named by a hash of its content and by the runtime: a canary loads new code only under a new name,
   * and the provider sends the code, which AWS requires with a new runtime, only if its location
   * changes (hashicorp/terraform-provider-aws#46792).
   */
  private createScript(artifacts: Bucket): aws.s3.BucketObjectv2 {
    const { archive, sha256 } = canaryBundle();
    const { canaryRuntime } = this.args.platform.config;
    return new aws.s3.BucketObjectv2(
      `${this.name}-scripts`,
      {
        bucket: artifacts.bucket.bucket,
        key: `scripts/${sha256.slice(0, 16)}-${canaryRuntime}.zip`,
        source: archive,
      },
      this.child,
    );
  }

  private createRole(check: CanaryCheck, artifacts: Bucket) {
    const { platform, region } = this.args;
    const name = `${this.name}-${check}`;
    const role = new aws.iam.Role(
      name,
      {
        name: platform.nameOf("role", `canary-${check}`, region),
        assumeRolePolicy: serviceTrustPolicy("lambda.amazonaws.com"),
      },
      this.child,
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        name: "runs",
        role: role.id,
        policy: policyDocument(withKeyRights(this.args, this.statements(check, artifacts))),
      },
      this.child,
    );
    return { role, policy };
  }

  /** The canary "order" signs its own token. */
  private links(check: CanaryCheck): Link[] {
    const { tokens, region } = this.args;
    return check === "order" ? [canaryKeysLink(tokens, region)] : [];
  }

  /**
   * The rights of the canary's role: what Synthetics does with it, and what the script reads. These
   * are the rights that the CloudWatch User Guide requires of a canary outside a VPC, except
   * logs:CreateLogGroup: a group that the role creates would outlive the stack, so the program
   * creates it. Lines of a run that begins before the group exists are lost.
   */
  private statements(check: CanaryCheck, artifacts: Bucket): Statement[] {
    const { platform, region } = this.args;
    const groups = `log-group:/aws/lambda/cwsyn-${this.physicalName(check)}-*`;
    return [
      {
        Sid: "WriteRuns",
        Action: ["s3:PutObject", "s3:GetObject"],
        Resource: [pulumi.interpolate`${artifacts.bucket.arn}/${RUNS_PREFIX}${check}/*`],
      },
      { Sid: "FindBucket", Action: ["s3:GetBucketLocation"], Resource: [artifacts.bucket.arn] },
      { Sid: "FindBuckets", Action: ["s3:ListAllMyBuckets"], Resource: ["*"] },
      metricsStatement(CANARY_NAMESPACE),
      {
        Sid: "Logs",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        // Synthetics appends an identifier to the name.
        Resource: [pulumi.interpolate`arn:aws:logs:${region.name}:${platform.accountId}:${groups}`],
      },
      { Sid: "Traces", Action: ["xray:PutTraceSegments"], Resource: ["*"] },
      ...statementsOf(this.links(check)),
    ];
  }

  /**
   * The log group of the function that Synthetics creates. The role may not create log groups, so
   * the program does.
   */
  private createLogGroup(check: CanaryCheck, canary: aws.synthetics.Canary): void {
    // Synthetics appends an identifier to the name. Without an ARN, only the beginning is known.
    const nameOf = (engineArn: string) =>
      /:function:([^:]+)/.exec(engineArn)?.[1] ?? `cwsyn-${this.physicalName(check)}`;
    const name = canary.engineArn.apply((arn) => `/aws/lambda/${nameOf(arn)}`);
    createLogGroup(`${this.name}-${check}`, this.args, name, this.child);
  }
}
