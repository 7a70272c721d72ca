import * as act from "../failover/act";
import { sleep } from "../runtime/clock";
import {
  decide,
  noMemory,
  takeoverRegion,
  type Action,
  type Command,
  type Memory,
  type Observation,
} from "../failover/decide";
import { epochInDoubt } from "../failover/databaseEpoch";
import { variable } from "../runtime/env";
import { createLog, type Log } from "../runtime/log";
import { probe, untilNextSlot, type ProbeRuntime } from "../detection/probe";
import { readControlOrUnknown } from "../control/controlItem";
import { readinessIsDue, reportReadiness } from "../failover/readiness";
import { observeTarget } from "../failover/targetDatabase";
import type { Invocation, Runtime } from "../runtime/runtime";
import { mergeProbes, signOf, type Evidence, type ProbeResult } from "../detection/evidence";
import { BAD_PROBES_IN_ROW, LOOKS_KEPT, LOOP_SECONDS } from "../detection/tunables";
import {
  ACTION_RESERVE_MS,
  ACTIVATE_RETRY_MS,
  FAILED_ACTION_WAIT_MS,
  TARGET_POLL_MS,
  WOKEN_UNDER_TARGET_SECONDS,
} from "../failover/tunables";
import { readRequest, type Trigger } from "../failover/trigger";
import { isCalm, readSentinelProbes } from "../detection/sentinelProbes";

export type FailoverOrchestratorRuntime = ProbeRuntime & act.ActRuntime & Pick<Runtime, "write">;

/** The result of an invocation. An operator repeats a command until `done` is true. */
export interface Outcome {
  /** True if nothing is left to do. */
  done: boolean;
  /** The last decision. */
  action: Action;
  /** The control item that the decision was based on. */
  control: Observation["control"];
}

/** Work is left after an alarm's invocation. It is thrown so that Lambda retries the invocation. */
export class UnfinishedError extends Error {
  override readonly name = "UnfinishedError";
}

/**
 * Repeats: observe, decide, act. It is level-triggered: an event only starts the loop, and every
 * decision follows from what is observed. So duplicate and retried events do no harm. The same code
 * runs in both regions.
 */
export function createFailoverOrchestrator(
  runtime: FailoverOrchestratorRuntime,
): (event: unknown, invocation: Invocation) => Promise<Outcome> {
  const log = createLog(runtime, "failover-orchestrator");
  return async (event, invocation) => new ControlLoop(runtime, log, event, invocation).run();
}

const noEvidence: Evidence = {
  probes: [],
  aliveAtMs: null,
  progress: null,
  waitingSinceMs: null,
};

/** True from a fence until the activation that follows it. */
function isTakingOver(control: Observation["control"]): boolean {
  return typeof control === "object" && control.target !== null;
}

/** The loop of one invocation. */
class ControlLoop {
  private readonly trigger: Trigger;
  private readonly command: Command | null;
  private readonly isDryRun: boolean;
  private readonly endMs: number;
  private readonly memory: Memory = { ...noMemory };
  private readonly regions: Pick<Observation, "self" | "home" | "standby">;
  private control: Observation["control"] = "unknown";
  private probes: readonly ProbeResult[] = [];
  /** The sentinel's results alone suffice for the next invocation. */
  private hasSentinelProbes = false;
  /** The control item must be read again first. */
  private hasActed = true;
  private takingOverSinceMs: number | null = null;

  constructor(
    private readonly runtime: FailoverOrchestratorRuntime,
    private readonly log: Log,
    event: unknown,
    private readonly invocation: Invocation,
  ) {
    const { trigger, command, isDryRun } = readRequest(event, runtime);
    this.trigger = trigger;
    this.command = command;
    this.isDryRun = isDryRun;
    this.endMs = runtime.clock.nowMs() + LOOP_SECONDS * 1000;
    this.regions = {
      self: variable(runtime.env, "AWS_REGION"),
      home: variable(runtime.env, "HOME_REGION"),
      standby: variable(runtime.env, "STANDBY_REGION"),
    };
  }

  async run(): Promise<Outcome> {
    if (this.trigger === "tick") {
      this.control = await this.readControl();
      this.hasActed = false;
      if (readinessIsDue(this.runtime.clock.nowMs())) {
        void reportReadiness(this.runtime, this.control, this.log);
      }
      void this.askDatabase();
      if (!this.isInProgress()) await untilNextSlot(this.runtime);
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
      if (done && this.isFinished()) return { done, action, control };
      if (!(await this.pause(action, control, hasFailed))) return this.exit(action, control);
    }
  }

  /**
   * Probes the regions unless that is unnecessary: while a failover is in progress, probing a lost
   * region would only cost time, and the tick does not probe while the sentinel reports calm.
   */
  private async observe(): Promise<Observation> {
    const { clock, env } = this.runtime;
    const isTick = this.trigger === "tick";
    const mustKnow = this.hasActed || this.isInProgress() || typeof this.control === "string";
    const readStored = () =>
      readSentinelProbes(this.runtime, variable(env, "LEDGER_TABLE"), this.log);
    const stored = isTick && !mustKnow ? await readStored() : null;
    if (stored !== null && isCalm(stored, clock.nowMs())) {
      return this.observation(noEvidence, "unknown");
    }
    if (isTick || mustKnow) this.control = await this.readControl();
    const mustCreate = isTick && (this.control === "absent" || this.control === "malformed");
    if (this.isInProgress() || mustCreate || this.trigger === "operator") {
      return this.observation(noEvidence, await this.observeTarget());
    }
    const sentinels = stored === null ? readStored() : Promise.resolve(stored);
    const finding = await probe(this.runtime, this.log, sentinels);
    const { looks: sentinelProbes } = await sentinels;
    this.control = finding.control;
    this.probes = [...this.probes, finding.probe].slice(-LOOKS_KEPT);
    this.hasSentinelProbes = sentinelProbes.length >= BAD_PROBES_IN_ROW;
    const evidence = { probes: mergeProbes(this.probes, sentinelProbes), ...finding.ledger };
    // RDS is called only if there is a sign: not on every slot of every loop.
    const hasSign =
      typeof finding.control === "object" &&
      signOf(finding.control, evidence, clock.nowMs()) !== null;
    return this.observation(evidence, hasSign ? await this.observeTarget() : "unknown");
  }

  /** Nothing waits for it: during an outage, the database may not answer. */
  private async askDatabase(): Promise<void> {
    this.memory.database = await epochInDoubt(this.runtime, this.control, this.log);
  }

  private readControl(): Promise<Observation["control"]> {
    return readControlOrUnknown(this.runtime, variable(this.runtime.env, "LEDGER_TABLE"), this.log);
  }

  /**
   * True between a fence and its activation, and until the standby's activation is published. An
   * unpublished activation of home does not count: if publishing keeps failing, the loss of home
   * must still be detected.
   */
  private isInProgress(): boolean {
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

  /** Only a fence needs the readiness, and during a takeover only an operator can cause another fence. */
  private observeTarget(): Promise<Observation["target"]> {
    const { control, command, runtime } = this;
    const { home, standby } = this.regions;
    const mayFence = !isTakingOver(control) || command !== null;
    const region = takeoverRegion(control, command, home, standby);
    return observeTarget(runtime, region, mayFence, this.log);
  }

  /** A command is not done as long as the control item cannot be read. */
  private isDone(action: Action): boolean {
    if (this.command !== null && typeof this.control === "string") return false;
    return action.do === "nothing" || action.do === "refuse";
  }

  /** Returns false if the action failed. The next observation then shows what is left to do. */
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
    if (action.do === "create") return act.create(runtime, action);
    if (typeof control === "string") return;
    switch (action.do) {
      case "fence":
        return act.fence(runtime, control, action, this.log);
      case "reactivate":
        return act.reactivate(runtime, control, action);
      case "promote":
        return act.promote(runtime, control, action);
      case "activate": {
        const result = await act.activate(runtime, control, action.target);
        return this.log.info("db-migration has answered", { result, epoch: control.epoch });
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
   * The tick never finishes early. The sentinel starts an invocation on every suspicious slot, so
   * one that has nothing to do can exit. An alarm starts only one, which stays until home is well.
   */
  private isFinished(): boolean {
    if (this.trigger === "operator") return true;
    if (this.trigger === "tick") return false;
    const isElsewhere =
      typeof this.control === "object" && this.control.active !== this.regions.home;
    if (isElsewhere || this.takingOverSinceMs !== null) return true;
    if (this.trigger === "sentinel" && this.hasSentinelProbes) return true;
    const last = this.probes.slice(-BAD_PROBES_IN_ROW);
    return last.length === BAD_PROBES_IN_ROW && last.every((result) => result.home === "good");
  }

  /** Waits until the next observation and backs off after a failure. Returns false if time is short. */
  private async pause(
    action: Action,
    control: Observation["control"],
    hasFailed: boolean,
  ): Promise<boolean> {
    const { clock } = this.runtime;
    if (isTakingOver(control)) {
      this.takingOverSinceMs ??= clock.nowMs();
      const stayedMs = clock.nowMs() - this.takingOverSinceMs;
      if (this.trigger === "sentinel" && stayedMs > WOKEN_UNDER_TARGET_SECONDS * 1000) return false;
      const pollMs = action.do === "activate" ? ACTIVATE_RETRY_MS : TARGET_POLL_MS;
      await sleep(clock, hasFailed ? Math.min(FAILED_ACTION_WAIT_MS, pollMs) : pollMs);
      return this.invocation.getRemainingTimeInMillis() > ACTION_RESERVE_MS;
    }
    if (action.do === "nothing" || action.do === "refuse") await untilNextSlot(this.runtime);
    else if (hasFailed) await sleep(clock, FAILED_ACTION_WAIT_MS);
    return clock.nowMs() < this.endMs;
  }

  /** @throws UnfinishedError if only a retry by Lambda would continue the takeover. */
  private exit(action: Action, control: Observation["control"]): Outcome {
    if (isTakingOver(control) && this.trigger === "alarm") {
      throw new UnfinishedError(`the takeover is not finished: ${JSON.stringify(action)}`);
    }
    return { done: false, action, control };
  }
}
