import type { AlarmState } from "../../support/cloudwatch/alarmRule";
import type { AlarmDescription, CompositeDescription } from "../description/alarms";
import { START_MS } from "../../support/simulation/simulation";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { Base } from "./base";
import type { Lambda } from "./lambda";
import { Series, evaluate } from "./series";
import { alarmAction, alarmMessage } from "../../support/aws/alarmEvents";
import type { Sns } from "./sns";

const MINUTE_MS = 60_000;
const FAST_ALARM_EVERY_MS = toMs(fixedAssumptions.fastAlarmEverySeconds.value);
const ALARM_EVERY_MS = toMs(fixedAssumptions.alarmEverySeconds.value);

interface Alarm {
  readonly description: AlarmDescription;
  readonly series: ReadonlyMap<string, Series>;
  state: AlarmState;
  isGone: boolean;
}

interface Composite {
  readonly description: CompositeDescription;
  state: AlarmState;
}

/** Alarms and composites in all regions, and the actions of their state changes. */
export class Alarms {
  /** Regions whose CloudWatch is down, as a fault. */
  readonly down = new Set<string>();
  private readonly alarms = new Map<string, Alarm>();
  private composites: readonly Composite[];

  constructor(
    private readonly base: Base,
    private readonly lambda: Pick<Lambda, "invokeFor">,
    private readonly sns: Pick<Sns, "publishFor">,
  ) {
    this.composites = base.program.composites.map((description) => ({ description, state: "OK" }));
  }

  /**
   * Adds an alarm and returns the series that feed it. An alarm is evaluated from its first data
   * on: the time before the world began does not count as missing data, and the world publishes few
   * of AWS's own metrics.
   */
  add(description: AlarmDescription): Series[] {
    const { region, arn, periodMs, metrics } = description;
    const everyMs = periodMs < MINUTE_MS ? FAST_ALARM_EVERY_MS : ALARM_EVERY_MS;
    const phaseMs = (this.base.draw("alarmPhaseSeconds") / 10) * everyMs;
    let isBegun = false;
    const begin = (): void => {
      if (isBegun) return;
      isBegun = true;
      const { simulation } = this.base;
      const passed = Math.ceil((simulation.nowMs - simulation.startMs - phaseMs) / everyMs);
      this.base.every(phaseMs + Math.max(0, passed) * everyMs, everyMs, () => this.evaluate(alarm));
    };
    const series = new Map(metrics.map(({ id }) => [id, new Series(periodMs, begin)]));
    const alarm: Alarm = { description, series, state: "INSUFFICIENT_DATA", isGone: false };
    this.alarms.set(`${region}|${arn}`, alarm);
    return [...series.values()];
  }

  /** Deletes an alarm: it is no longer evaluated and triggers no actions. */
  remove(arn: string): void {
    this.composites = this.composites.filter(({ description }) => description.arn !== arn);
    for (const [key, alarm] of this.alarms) {
      if (alarm.description.arn !== arn) continue;
      alarm.isGone = true;
      this.alarms.delete(key);
    }
  }

  stateOf(region: string, nameOrArn: string): AlarmState {
    const isMeant = ({ description: { name, arn, region: own } }: Alarm | Composite): boolean =>
      own === region && (name === nameOrArn || arn === nameOrArn);
    const found = [...this.alarms.values()].find(isMeant) ?? this.composites.find(isMeant);
    return found?.state ?? "INSUFFICIENT_DATA";
  }

  private evaluate(alarm: Alarm): void {
    const { description, series } = alarm;
    if (alarm.isGone) return;
    if (this.base.network.isLost(description.region) || this.down.has(description.region)) return;
    const next = evaluate(description, series, this.base.nowMs, alarm.state);
    if (next === alarm.state || (next === "ALARM" && this.isWarmingUp(alarm))) return;
    alarm.state = next;
    this.happened(description, next);
    this.act(description, next);
    this.followedBy(description);
  }

  /**
   * The time before the world began does not count as missing data. An alarm that treats missing
   * data as breaching waits until data can have arrived. In a world that begins with the
   * deployment, alarms are also new.
   */
  private isWarmingUp({ description, series }: Alarm): boolean {
    const { periodMs, evaluationPeriods, missingData, warmUpMs } = description;
    const { startMs, nowMs } = this.base.simulation;
    const unheardMs = missingData === "breaching" ? (evaluationPeriods + 1) * periodMs : 0;
    if (nowMs >= startMs + (startMs > START_MS ? unheardMs : warmUpMs)) return false;
    return [...series.values()].some(({ periods }) => periods < evaluationPeriods);
  }

  /** Composites that refer to an alarm or composite follow its change at once. */
  private followedBy({ region, name, arn }: AlarmDescription | CompositeDescription): void {
    for (const composite of this.composites) {
      const { region: own, children, rule } = composite.description;
      if (own !== region) continue;
      if (!children.includes(name) && !children.includes(arn)) continue;
      const state = rule((child) => this.stateOf(region, child)) ? "ALARM" : "OK";
      if (state === composite.state) continue;
      composite.state = state;
      this.happened(composite.description, state);
      this.act(composite.description, state);
      this.followedBy(composite.description);
    }
  }

  private happened(
    { name, region }: AlarmDescription | CompositeDescription,
    state: AlarmState,
  ): void {
    this.base.happened({ kind: "alarm", name, region, state });
  }

  /** Actions are triggered by a change of state. An alarm that stays in ALARM triggers none. */
  private act(
    { name, arn, actions }: AlarmDescription | CompositeDescription,
    state: AlarmState,
  ): void {
    const { account } = this.base.program;
    for (const target of actions[state]) {
      if (target.startsWith("arn:aws:lambda:")) {
        const event = alarmAction({ name, arn }, state, this.base.nowMs);
        this.lambda.invokeFor("lambda.alarms.cloudwatch.amazonaws.com", arn, target, event);
      } else if (target.startsWith("arn:aws:sns:")) {
        const context = {
          "aws:sourceaccount": account,
          "aws:sourceowner": account,
          "aws:sourcearn": arn,
        };
        const message = alarmMessage({ name, arn }, state, this.base.nowMs);
        this.sns.publishFor("cloudwatch.amazonaws.com", context, target, message);
      }
    }
  }
}
