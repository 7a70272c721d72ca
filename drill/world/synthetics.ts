import { CANARY_NAMESPACE, type CanaryDescription } from "../description/canaries";
import type { Base } from "./base";
import type { Cloudwatch } from "./cloudwatch";
import type { Outcome } from "./environment";
import type { Lambda } from "./lambda";
import type { S3 } from "./s3";
import { everyPeriod } from "./schedules";
import type { Input, Reply, Service } from "./awsService";
import type { Permissions } from "./permissions";

/** Nobody waits for the results of Synthetics' own writes. */
const unread: Reply = { ok: () => {}, fail: () => {} };

/**
 * Synthetics in all regions: runs each canary's function on schedule, then stores the result in the
 * canary's name. In a lost region, no run starts or ends.
 */
export class Synthetics {
  private runs = 0;

  constructor(
    private readonly base: Base,
    private readonly permissions: Permissions,
    private readonly lambda: Lambda,
    private readonly cloudwatch: Cloudwatch,
    private readonly s3: S3,
  ) {
    for (const canary of base.program.canaries) {
      lambda.add(canary.engine);
      if (canary.isStarted) {
        everyPeriod(base, "canarySecond", canary.periodMs, () => this.run(canary));
      }
    }
  }

  private run(canary: CanaryDescription): void {
    const startedMs = this.base.nowMs;
    this.lambda.invoke(canary.engine.arn, {}, (outcome) =>
      this.ended(canary, outcome, this.base.nowMs - startedMs),
    );
  }

  private ended(canary: CanaryDescription, outcome: Outcome, durationMs: number): void {
    const { name, region, artifacts } = canary;
    const failure = outcome.how === "returned" ? undefined : outcome.reason;
    this.base.happened({ kind: "canary run", name, region, failure });
    const Key = `${artifacts.prefix}/${name}/${++this.runs}.json`;
    this.write(canary, this.s3, "PutObjectCommand", { Bucket: artifacts.bucket, Key });
    const metrics = {
      SuccessPercent: failure === undefined ? 100 : 0,
      Failed: failure === undefined ? 0 : 1,
      Duration: durationMs,
    };
    this.write(canary, this.cloudwatch, "PutMetricDataCommand", {
      Namespace: CANARY_NAMESPACE,
      MetricData: Object.entries(metrics).map(([MetricName, Value]) => ({
        MetricName,
        Value,
        Dimensions: [{ Name: "CanaryName", Value: name }],
      })),
    });
  }

  /** Writes if the canary's role allows it. */
  private write(
    { engine, region }: CanaryDescription,
    service: Service,
    command: string,
    input: Input,
  ): void {
    const [action, resource] = service.permission(region, command, input);
    if (!this.permissions.allow(engine, action, resource!, service.context?.(input))) return;
    service.handle(region, command, input, unread);
  }
}
