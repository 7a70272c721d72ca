import type { Invocation as Context, Runtime, SecretReader, Share } from "../shipped";
import type { Simulation } from "../../support/simulation/simulation";
import type { FunctionDescription } from "../description/functions";
import { type Connected, Sockets, type Surroundings } from "./sockets";

export type Handler = (event: unknown, context: Context) => Promise<unknown>;
/** The simulated clients: everything from which `lambda/entry` makes a handler's runtime. */
export type Clients = Omit<Runtime, "verifyToken" | "canaryToken"> &
  Pick<SecretReader, "secretText"> & {
    /** Sets how concurrent lookups of a name share a call. */
    shareLookups: (share: Share<void>) => void;
  };
/** What a function receives: its clients, and for a canary new ids as well. */
export type Handed = Clients & { newId: () => string };

/** `create<Stem>` in lambda/. Each handler that it returns is one execution environment. */
export type HandlerFactory = (runtime: Handed) => Handler;

export type Outcome =
  | { how: "returned"; result: unknown }
  | {
      how: "failed" | "timed out" | "throttled";
      reason: string;
      /** A fault failed the invocation before the handler received it. */
      isUnplayed?: boolean;
    };

/**
 * One execution environment of a function. Its code does not run between invocations, or while a
 * fault has frozen it: answers and timers that become due are held. In a dead environment nothing
 * ever continues.
 */
export class Environment {
  /** The invocation in progress. */
  invocation: { end(outcome: Outcome): void } | undefined;
  isDead = false;
  idleSinceMs = 0;
  handler: Handler | undefined;
  /** The event of the current invocation. */
  payload: unknown;
  /** How often a fault has frozen it. */
  freezes = 0;
  private isFrozen = false;
  private backlog: (() => void)[] = [];
  private cpuFreeAtMs = 0;

  readonly sockets: Sockets;
  private readonly simulation: Simulation;

  constructor(
    readonly description: FunctionDescription,
    world: Surroundings,
  ) {
    this.simulation = world.simulation;
    this.sockets = new Sockets(world, description);
  }

  /** Delivers an answer or a timer to the environment's code: now, later or never. */
  deliver(run: () => void): void {
    if (this.isDead) return;
    if (this.invocation === undefined || this.isFrozen) {
      this.backlog.push(run);
      return;
    }
    this.simulation.continued();
    run();
  }

  /** Runs `run` once the CPU has prepared the calls before it: at once if it is idle. */
  whenCpuIsFree(run: () => void): void {
    const { nowMs } = this.simulation;
    const startsAtMs = Math.max(nowMs, this.cpuFreeAtMs);
    this.cpuFreeAtMs = startsAtMs + this.description.callCpuMs;
    if (startsAtMs === nowMs) return run();
    this.simulation.after(startsAtMs - nowMs, () => this.deliver(run));
  }

  /**
   * Runs `run` once there is a connection to a name: at once while names resolve.
   * @param isKept takes a connection that is kept from an earlier call
   */
  whenConnected(name: string, isKept: boolean, run: Connected): void {
    let isAtOnce = true;
    const connected: Connected = (error) =>
      isAtOnce ? run(error) : this.deliver(() => run(error));
    if (isKept) this.sockets.reuse(name, connected);
    else this.sockets.open(name, connected);
    isAtOnce = false;
  }

  /** Ends the current invocation and this environment at once, as if its process had died. */
  crash(): void {
    this.invocation?.end({ how: "failed", reason: "Runtime exited" });
  }

  freeze(): void {
    this.freezes++;
    this.isFrozen = true;
  }

  thaw(): void {
    this.isFrozen = false;
    this.catchUp();
  }

  /** What became due while the code did not run is delivered when the next invocation starts. */
  catchUp(): void {
    const waiting = this.backlog;
    this.backlog = [];
    for (const run of waiting) this.deliver(run);
  }

  kill(): void {
    this.isDead = true;
    this.backlog = [];
    this.handler = undefined;
  }
}
