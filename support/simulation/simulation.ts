import TinyQueue from "tinyqueue";
import { Trace } from "./trace";

/** Deployments happen here: a fixed Monday, so that no simulation depends on today's date. */
export const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

export type Cancel = () => void;

/** Something that happens at a moment of virtual time. Without `fire` it was cancelled. */
interface Event {
  readonly atMs: number;
  /** Order of scheduling: events of one moment fire in the order in which they were scheduled. */
  readonly sequence: number;
  fire: (() => void) | undefined;
}

const byTime = (a: Event, b: Event): number => a.atMs - b.atMs || a.sequence - b.sequence;

/** What the trace mixes of a moment is below this. */
const TRACED_MS = 0x7fffffff;

/**
 * Virtual time. Events fire in order of time, then of scheduling. Between two events every promise
 * that the first one let continue runs to its next wait, so code written with `await` runs here
 * unchanged and always in the same order.
 */
export class Simulation {
  nowMs: number;
  eventsPlayed = 0;
  readonly trace: Trace;
  private readonly queue = new TinyQueue<Event>([], byTime);
  private sequence = 0;
  private idles = 0;
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
      throw new Error(`event: got the time ${atMs}; allowed is ${this.nowMs} or later`);
    }
    const event: Event = { atMs, sequence: this.sequence++, fire };
    this.queue.push(event);
    return () => {
      event.fire = undefined;
    };
  }

  /** @param delayMs `Infinity` for what never happens */
  after(delayMs: number, fire: () => void): Cancel {
    if (delayMs === Infinity) return () => {};
    return this.at(this.nowMs + Math.max(0, delayMs), fire);
  }

  /** Fires every `periodMs` from `firstAtMs` on, for as long as the simulation runs. */
  every(firstAtMs: number, periodMs: number, fire: () => void): void {
    const next = (atMs: number): void => {
      this.at(atMs, () => {
        fire();
        next(atMs + periodMs);
      });
    };
    next(firstAtMs);
  }

  /** Call this where promises may continue: they run before the next event. */
  continued(): void {
    this.hasContinued = true;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Plays all events up to and including `untilMs`, or until `stop`. */
  async run(untilMs: number): Promise<void> {
    this.isStopped = false;
    await this.idle();
    while (!this.playUntil(untilMs)) await this.idle();
  }

  private idle(): Promise<void> {
    return ++this.idles % TURN_EVERY === 0 ? nextTurn() : promisesIdle();
  }

  /** @returns false where promises must run before the next event. */
  private playUntil(untilMs: number): boolean {
    while (!this.isStopped) {
      const event = this.queue.peek();
      if (event === undefined || event.atMs > untilMs) {
        this.nowMs = untilMs;
        break;
      }
      this.queue.pop();
      if (event.fire === undefined) continue;
      this.play(event, event.fire);
      if (!this.hasContinued) continue;
      this.hasContinued = false;
      return false;
    }
    return true;
  }

  private play({ atMs, sequence }: Event, fire: () => void): void {
    this.nowMs = atMs;
    this.eventsPlayed++;
    this.trace.mix(atMs % TRACED_MS);
    this.trace.mix(sequence);
    fire();
  }
}

/**
 * Node reports unhandled rejections only between turns of its event loop, and `promisesIdle` stays
 * within one turn. So one wait in this many takes a turn; if all did, a drill would take a quarter
 * more CPU time.
 */
const TURN_EVERY = 64;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const settled = Promise.resolve();

/**
 * Resolves once no promise can continue by itself. Node runs a next tick only after the queue of
 * microtasks is empty, and next ticks that a next tick asks for before microtasks: so a microtask
 * has to ask for it. (`queueMicrotask` would do too, but makes an async resource for each call.)
 */
function promisesIdle(): Promise<void> {
  return new Promise((resolve) => {
    void settled.then(() => process.nextTick(resolve));
  });
}
