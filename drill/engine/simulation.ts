import { EventQueue } from "./queue";
import { Trace } from "./trace";

/** Deployments happen here: a fixed Monday, so that no run depends on the day it is played. */
export const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

export type Cancel = () => void;

const nothing: Cancel = () => {};

/**
 * Virtual time. Events happen in order of time, then of asking; between two of them every promise
 * that the first one let continue runs to its next wait, so handlers written with `await` play here
 * unchanged and always in the same order.
 */
export class Simulation {
  nowMs: number;
  eventsPlayed = 0;
  readonly trace: Trace;
  private readonly queue = new EventQueue();
  private sequence = 0;
  private hasContinued = false;
  private isStopped = false;

  constructor(
    isTraceKept = false,
    readonly startMs = START_MS,
  ) {
    this.nowMs = startMs;
    this.trace = new Trace(isTraceKept, () => this.nowMs);
  }

  at(atMs: number, fire: () => void): Cancel {
    if (!(atMs >= this.nowMs)) {
      throw new Error(`event asked for at ${atMs}, which lies before ${this.nowMs}: ask for now`);
    }
    const event = { atMs, sequence: this.sequence++, fire: fire as (() => void) | undefined };
    this.queue.push(event);
    return () => {
      event.fire = undefined;
    };
  }

  after(delayMs: number, fire: () => void): Cancel {
    return delayMs === Infinity ? nothing : this.at(this.nowMs + Math.max(0, delayMs), fire);
  }

  /** Fires every `periodMs` from `firstAtMs` on, for as long as the world is played. */
  every(firstAtMs: number, periodMs: number, fire: () => void): void {
    const next = (atMs: number): void => {
      this.at(atMs, () => {
        fire();
        next(atMs + periodMs);
      });
    };
    next(firstAtMs);
  }

  /** To be said by whatever lets promises continue: they run before the next event. */
  continued(): void {
    this.hasContinued = true;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Plays all events up to and including `untilMs`, or until `stop`. */
  run(untilMs: number): Promise<void> {
    this.isStopped = false;
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          while (!this.isStopped) {
            const event = this.queue.peek();
            if (event === undefined || event.atMs > untilMs) {
              this.nowMs = untilMs;
              break;
            }
            this.queue.pop();
            if (event.fire === undefined) continue;
            this.play(event.atMs, event.sequence, event.fire);
            if (this.hasContinued) {
              this.hasContinued = false;
              queueMicrotask(drained);
              return;
            }
          }
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      // Node runs a next tick only after the queue of microtasks is empty, but runs the ticks of
      // ticks first: hence a microtask that asks for the tick.
      const drained = (): void => process.nextTick(turn);
      queueMicrotask(drained);
    });
  }

  private play(atMs: number, sequence: number, fire: () => void): void {
    this.nowMs = atMs;
    this.eventsPlayed++;
    this.trace.mix(atMs % 0x7fffffff);
    this.trace.mix(sequence);
    fire();
  }
}
