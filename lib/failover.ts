import type * as pulumi from "@pulumi/pulumi";
import { FailoverAlarms } from "./alarms/failoverAlarms";
import type { FailoverTargets } from "./functions/failoverScope";
import type { LambdaFunction } from "./functions/lambdaFunction";
import { createOrchestrator } from "./functions/orchestrator";
import { schedule } from "./functions/schedule";
import { createSentinel } from "./functions/sentinel";
import { subscribeFunction } from "./messaging/functionSubscription";
import { PlatformComponent } from "./platform/component";
import type { Pair } from "./platform/platform";

/**
 * Detection and failing over, in the standby region, and the same orchestrator in the home region
 * for an operator's failback. It depends on every other component: it is created last and destroyed
 * first, so that neither `up` nor `destroy` can look like an outage.
 */
export class Failover extends PlatformComponent<FailoverTargets> {
  /** The standby's acts automatically; home's only on an operator's command. */
  readonly orchestrators: Pair<LambdaFunction>;
  readonly sentinel: LambdaFunction;

  constructor(name: string, args: FailoverTargets, opts?: pulumi.ComponentResourceOptions) {
    super("Failover", name, args, opts);
    const { platform, topics } = args;
    const { home, standby } = platform;
    this.orchestrators = platform.inBoth((region) =>
      createOrchestrator({ ...args, region, parent: this }),
    );
    const invoked = this.orchestrators.standby.function;
    this.sentinel = createSentinel({ ...args, region: standby, parent: this }, invoked);
    this.createSchedules();
    subscribeFunction(
      `${name}-home-topic`,
      { topic: topics.home.failoverTopic, target: this.orchestrators.standby },
      { topic: this.childIn(home), target: this.childIn(standby) },
    );
    new FailoverAlarms(
      `${name}-alarms`,
      {
        platform,
        region: standby,
        orchestrator: this.orchestrators.standby,
        sentinel: this.sentinel,
        topics: topics.standby,
      },
      { parent: this },
    );
    this.registerOutputs({ orchestratorArn: invoked.arn });
  }

  private createSchedules(): void {
    const { platform } = this.args;
    const region = platform.standby;
    const common = { platform, region, every: "minute" } as const;
    schedule(
      `${this.name}-sentinel`,
      {
        ...common,
        what: "sentinel",
        description: "Keeps one polling loop of the sentinel running",
        target: this.sentinel,
        event: { trigger: "schedule" },
      },
      this.childIn(region),
    );
    schedule(
      `${this.name}-tick`,
      {
        ...common,
        what: "failover-tick",
        description: "Keeps one polling loop of the orchestrator running; deleted first on destroy",
        target: this.orchestrators.standby,
        event: { trigger: "tick" },
      },
      this.childIn(region),
    );
  }
}
