import * as act from "../failover/act";
import { sleep } from "../runtime/clock";
import {
  decide,
  regionToGain,
  type Action,
  type Command,
  type Memory,
  type Observation,
} from "../failover/decide";
import { variable } from "../runtime/env";
import { createLog, type Log } from "../runtime/log";
import { look, readControlOrUnknown, untilNextSlot, type LookRuntime } from "../detection/look";
import { observeTarget } from "../failover/observe";
import type { Invocation, Runtime } from "../runtime/runtime";
import { mergeLooks, signOf, type Evidence, type Look } from "../detection/signs";
import {
  BAD_PROBES_IN_ROW,
  LOOKS_CALM_SECONDS,
  LOOKS_KEPT,
  LOOP_SECONDS,
} from "../detection/tunables";
import {
  ACTION_RESERVE_MS,
  ACTIVATE_RETRY_MS,
  FAILED_ACTION_WAIT_MS,
  TARGET_POLL_MS,
  WOKEN_UNDER_TARGET_SECONDS,
} from "../failover/tunables";
import { parseOperator, triggerOf, type Trigger } from "../failover/trigger";
import { readLooks, type SentinelLooks } from "../detection/vitalSigns";

export type FailoverOrchestratorRuntime = LookRuntime & act.ActRuntime & Pick<Runtime, "write">;

export interface Outcome {
  /** Nothing is left to do for what was asked. */
  done: boolean;
  action: Action;
  control: Observation["control"];
}

/** A wake-up ended with work undone: Lambda's retry of the invocation goes on. */
export class UnfinishedError extends Error {
  override readonly name = "UnfinishedError";
}

/**
 * Look, decide, do one thing, look again. Level-triggered: every wake-up, duplicate or retry is
 * one more look, and no payload is evidence. The same code runs in both regions.
 */
export function createFailoverOrchestrator(
  runtime: FailoverOrchestratorRuntime,
): (event: unknown, invocation: Invocation) => Promise<Outcome> {
  const log = createLog(runtime, "failover-orchestrator");
  return async (event, invocation) => new Run(runtime, log, event, invocation).play();
}

const nothingSeen: Evidence = {
  looks: [],
  aliveAtMs: null,
  progress: null,
  waitingSinceMs: null,
};

function isCalm(sentinels: SentinelLooks, nowMs: number): boolean {
  return sentinels.isCalm && nowMs - sentinels.newestAtMs <= LOOKS_CALM_SECONDS * 1000;
}

function isUnderTarget(control: Observation["control"]): boolean {
  return typeof control === "object" && control.target !== null;
}

/** One invocation, with the memory of its own looks. */
class Run {
  private readonly trigger: Trigger;
  private readonly command: Command | null;
  private readonly isStatus: boolean;
  private readonly isDryRun: boolean;
  private readonly endMs: number;
  private readonly memory: Memory = { sweptEpoch: 0, repointTriedEpoch: 0, paged: false };
  private readonly regions: Pick<Observation, "self" | "home" | "standby">;
  private control: Observation["control"] = "unknown";
  private looks: readonly Look[] = [];
  private hasSentinelsLooks = false;
  /** The control item is to be read again before anything else. */
  private hasActed = true;
  private underTargetSinceMs: number | null = null;

  constructor(
    private readonly runtime: FailoverOrchestratorRuntime,
    private readonly log: Log,
    event: unknown,
    private readonly invocation: Invocation,
  ) {
    this.trigger = triggerOf(event);
    const asked = this.trigger === "operator" ? parseOperator(event, runtime) : null;
    this.isStatus = asked?.action === "status";
    this.isDryRun = asked?.dryRun === true || this.isStatus;
    this.command = asked === null || asked.action === "status" ? null : asked;
    this.endMs = runtime.clock.nowMs() + LOOP_SECONDS * 1000;
    this.regions = {
      self: variable(runtime.env, "AWS_REGION"),
      home: variable(runtime.env, "HOME_REGION"),
      standby: variable(runtime.env, "STANDBY_REGION"),
    };
  }

  async play(): Promise<Outcome> {
    if (this.trigger === "tick") {
      this.control = await readControlOrUnknown(this.runtime);
      this.hasActed = false;
      if (!this.isUnderWay()) await untilNextSlot(this.runtime);
    }
    for (;;) {
      const observation = await this.observe();
      const action = decide(observation, this.runtime.clock.nowMs());
      const { control } = observation;
      if (action.do !== "nothing" && action.do !== "wait") {
        this.log.info("decided", { trigger: this.trigger, action, control });
      }
      const done = this.isDone(action);
      if (this.isDryRun) return { done, action, control };
      const hasFailed = !(await this.perform(action, control));
      if (done && this.isFinished()) return { done: true, action, control };
      if (!(await this.pause(action, control, hasFailed))) return this.leave(action, control);
    }
  }

  /**
   * With work under way no sign is needed, and a look at a lost region would only cost time. A tick
   * leaves looking to a sentinel that looks and is calm: nothing has begun either.
   */
  private async observe(): Promise<Observation> {
    const { clock, env } = this.runtime;
    const isTick = this.trigger === "tick";
    const mustKnow = this.hasActed || this.isUnderWay() || this.control === "unknown";
    const readSentinels = () => readLooks(this.runtime, variable(env, "LEDGER_TABLE"));
    const told = isTick && !mustKnow ? await readSentinels() : null;
    if (told !== null && isCalm(told, clock.nowMs())) {
      return this.observation(nothingSeen, "unknown");
    }
    if (isTick || mustKnow) this.control = await readControlOrUnknown(this.runtime);
    if (this.isUnderWay() || this.trigger === "operator") {
      return this.observation(nothingSeen, await this.observeTarget());
    }
    const [seen, { looks: sentinels }] = await Promise.all([
      look(this.runtime),
      told ?? readSentinels(),
    ]);
    this.control = seen.control;
    this.looks = [...this.looks, seen.look].slice(-LOOKS_KEPT);
    this.hasSentinelsLooks = sentinels.length >= BAD_PROBES_IN_ROW;
    const evidence = { looks: mergeLooks(this.looks, sentinels), ...seen.ledger };
    // RDS is asked when there is a reason to: not on every slot of every loop.
    const hasSign =
      typeof seen.control === "object" &&
      signOf(seen.control, evidence, this.runtime.clock.nowMs()) !== null;
    return this.observation(evidence, hasSign ? await this.observeTarget() : "unknown");
  }

  /**
   * A fence has decided, or a takeover is to be followed up. Not where home was activated: there a
   * notice that nobody takes must not blind us to the loss of home.
   */
  private isUnderWay(): boolean {
    if (typeof this.control === "string") return false;
    const { target, active, notifiedEpoch, epoch } = this.control;
    return target !== null || (active !== this.regions.home && notifiedEpoch < epoch);
  }

  private observation(evidence: Evidence, target: Observation["target"]): Observation {
    return {
      ...this.regions,
      command: this.command,
      isTick: this.trigger === "tick",
      control: this.control,
      evidence,
      target,
      memory: this.memory,
    };
  }

  /** Only a fence needs a region that is ready, and under a target only an operator sets another. */
  private observeTarget(): Promise<Observation["target"]> {
    const { control, command, runtime } = this;
    const { home, standby } = this.regions;
    const mayFence = !isUnderTarget(control) || command !== null;
    return observeTarget(runtime, regionToGain(control, command, home, standby), mayFence);
  }

  /** An operator who asked for something is not done where nobody could look whether it is. */
  private isDone(action: Action): boolean {
    if (this.command !== null && typeof this.control === "string") return false;
    return action.do === "nothing" || action.do === "refuse";
  }

  /** Whether it went well. If not, or if somebody else did it, the next look shows what is left. */
  private async perform(action: Action, control: Observation["control"]): Promise<boolean> {
    this.hasActed = action.do !== "nothing" && action.do !== "wait";
    try {
      await this.act(action, control);
      return true;
    } catch (error) {
      this.log.error("an action failed", error, { action });
      return false;
    }
  }

  private async act(action: Action, control: Observation["control"]): Promise<void> {
    const { runtime, memory } = this;
    if (action.do === "create") return act.create(runtime);
    if (typeof control === "string") return;
    switch (action.do) {
      case "fence":
        return act.fence(runtime, control, action);
      case "promote":
        return act.promote(runtime, control, action);
      case "activate": {
        const result = await act.activate(runtime, control, action.target);
        return this.log.info("activation", { result, epoch: control.epoch });
      }
      case "sweep":
        memory.sweptEpoch = control.epoch;
        return act.sweep(runtime, control, action.region);
      case "notify":
        return act.notify(runtime, control, this.log);
      case "repoint":
        memory.repointTriedEpoch = control.epoch;
        return act.repoint(runtime, control);
      case "page":
        memory.paged = true;
        return act.publish(runtime, "an operator must decide", { ...action, control });
      case "disarm":
        return act.disarm(runtime, control, action.untilMs);
      case "nothing":
      case "refuse":
      case "wait":
    }
  }

  /**
   * A tick looks for its whole time. The sentinel wakes a run on every slot that worries it, so
   * that one run need not wait for the next; an alarm wakes one only once.
   */
  private isFinished(): boolean {
    if (this.trigger === "operator") return true;
    if (this.trigger === "tick") return false;
    const isElsewhere =
      typeof this.control === "object" && this.control.active !== this.regions.home;
    if (isElsewhere || this.underTargetSinceMs !== null) return true;
    if (this.trigger === "sentinel" && this.hasSentinelsLooks) return true;
    const last = this.looks.slice(-BAD_PROBES_IN_ROW);
    return last.length === BAD_PROBES_IN_ROW && last.every((look) => look.home === "good");
  }

  /** Waits until the next look is due, what failed is not hammered; false when time is short. */
  private async pause(
    action: Action,
    control: Observation["control"],
    hasFailed: boolean,
  ): Promise<boolean> {
    const { clock } = this.runtime;
    const isWaiting = isUnderTarget(control);
    if (isWaiting) this.underTargetSinceMs ??= clock.nowMs();
    if (isWaiting && this.trigger === "sentinel") {
      const stayedMs = clock.nowMs() - this.underTargetSinceMs!;
      if (stayedMs > WOKEN_UNDER_TARGET_SECONDS * 1000) return false;
    }
    const isQuiet = action.do === "nothing" || action.do === "refuse";
    if (isWaiting) {
      const pollMs = action.do === "activate" ? ACTIVATE_RETRY_MS : TARGET_POLL_MS;
      await sleep(clock, hasFailed ? Math.min(FAILED_ACTION_WAIT_MS, pollMs) : pollMs);
      return this.invocation.getRemainingTimeInMillis() > ACTION_RESERVE_MS;
    }
    if (isQuiet) await untilNextSlot(this.runtime);
    else if (hasFailed) await sleep(clock, FAILED_ACTION_WAIT_MS);
    return clock.nowMs() < this.endMs;
  }

  /** @throws UnfinishedError where only Lambda's own retry would come back to what is undone. */
  private leave(action: Action, control: Observation["control"]): Outcome {
    if (isUnderTarget(control) && this.trigger === "alarm") {
      throw new UnfinishedError(`still under a target: ${JSON.stringify(action)}`);
    }
    return { done: false, action, control };
  }
}
