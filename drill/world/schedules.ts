import type { AssumptionName } from "../assumptions";
import type { RuleDescription, RuleTargetDescription } from "../description/messaging";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";
import type { Lambda } from "./lambda";
import type { Input, Reply, Service } from "./awsService";

const MINUTE_MS = 60_000;
const RETRY_WAIT_MS = toMs(fixedAssumptions.ruleRetryWaitSeconds.value);
const RETRY_WAIT_MAX_MS = toMs(fixedAssumptions.ruleRetryWaitMaxSeconds.value);

/** Scheduled EventBridge rules. Each fires at some second of its minute. */
export class Schedules implements Service {
  readonly name = "events";
  /** Rules by ARN. A rule is removed when the stack's destruction deletes it. */
  readonly rules = new Map<string, RuleDescription>();

  constructor(
    private readonly base: Base,
    private readonly lambda: Pick<Lambda, "invokeFor">,
  ) {
    for (const rule of base.program.rules) {
      this.rules.set(rule.arn, rule);
      if (rule.periodMs === undefined || !rule.isEnabled) continue;
      everyPeriod(base, "scheduleSecond", rule.periodMs, () => {
        const left = this.rules.get(rule.arn);
        if (left !== undefined && !base.network.isLost(rule.region)) this.fire(left);
      });
    }
  }

  /** Removes a rule's target, as a destruction does before it deletes the rule. */
  removeTarget(region: string, ruleName: string, targetArn: string): void {
    for (const rule of this.rules.values()) {
      if (rule.region !== region || rule.name !== ruleName) continue;
      const targets = rule.targets.filter(({ arn }) => arn !== targetArn);
      this.rules.set(rule.arn, { ...rule, targets });
    }
  }

  latency(): AssumptionName {
    return "metricCallMs";
  }

  permission(region: string, _command: string, input: Input): readonly [string, string] {
    const { account } = this.base.program;
    return [
      "events:DescribeRule",
      `arn:aws:events:${region}:${account}:rule/${String(input["Name"])}`,
    ];
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    if (command !== "DescribeRuleCommand") throw new Error(`${command} is not modelled`);
    for (const rule of this.rules.values()) {
      if (rule.region === region && rule.name === input["Name"]) {
        return reply.ok({ Name: rule.name, Arn: rule.arn, State: "ENABLED" });
      }
    }
    const message = `Rule ${String(input["Name"])} does not exist on EventBus default.`;
    reply.fail(serviceError("ResourceNotFoundException", message));
  }

  private fire(rule: RuleDescription): void {
    for (const target of rule.targets) this.attempt(rule, target, this.base.nowMs, 0);
  }

  /** Retries a target that failed, as often and for as long as its policy says. */
  private attempt(
    rule: RuleDescription,
    target: RuleTargetDescription,
    firedAtMs: number,
    retried: number,
  ): void {
    const { arn, input, retries, eventAgeMaxMs } = target;
    const event: unknown = input === undefined ? { source: "aws.events" } : JSON.parse(input);
    if (this.lambda.invokeFor("events.amazonaws.com", rule.arn, arn, event)) return;
    const { simulation } = this.base;
    const waitMs = Math.min(RETRY_WAIT_MS * 2 ** retried, RETRY_WAIT_MAX_MS);
    const ageMs = simulation.nowMs + waitMs - firedAtMs;
    if (retried >= retries || ageMs > eventAgeMaxMs) return;
    simulation.after(waitMs, () => this.attempt(rule, target, firedAtMs, retried + 1));
  }
}

/**
 * Calls `fire` once per period, including the current one, at a drawn second of the period's first
 * minute.
 */
export function everyPeriod(
  base: Base,
  second: AssumptionName,
  periodMs: number,
  fire: () => void,
): void {
  const { simulation } = base;
  const plan = (minuteMs: number): void => {
    const firesAtMs = minuteMs + (base.draw(second) * MINUTE_MS) / 60;
    simulation.at(Math.max(firesAtMs, simulation.nowMs), fire);
    simulation.at(minuteMs + periodMs, () => plan(minuteMs + periodMs));
  };
  plan(simulation.startMs - (simulation.startMs % MINUTE_MS));
}
