import { type Event, EventQueue, type Fire, TimerLine } from "./queue";
import { Trace } from "./trace";

/** Deployments happen here: a fixed Monday, so that no run depends on the day it is played. */
export const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

export type Cancel = () => void;

const nothing: Cancel = () => {};

/** Delays in multiples of this are timeouts with names in the tunables and the program. */
const LINED_MS = 100;

/** Drawn delays have fractions, of which `%` is slow. */
const isLined = (delayMs: number): boolean =>
  Number.isInteger(delayMs) && delayMs > 0 && delayMs % LINED_MS === 0;

/** What the trace mixes of a moment is below this. */
const TRACED_MS = 0x7fffffff;

/**
 * Runs all promises that can continue, at once. Node has no public name for it; this one is old and
 * undocumented. To come back in a next tick, some ten thousand times an outage, is much slower.
 */
const nodesMicrotasks = (process as { _tickCallback?: () => void })._tickCallback ?? null;

const resolved = Promise.resolve();

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
  /** By length in milliseconds. */
  private readonly lines = new Map<number, TimerLine>();
  private sequence = 0;
  private hasContinued = false;
  private isStopped = false;

  constructor(
    isTraceKept = false,
    readonly startMs = START_MS,
    private readonly runMicrotasks = nodesMicrotasks,
  ) {
    this.nowMs = startMs;
    this.trace = new Trace(isTraceKept, () => this.nowMs);
  }

  at(atMs: number, fire: () => void): Cancel;
  at<Subject>(atMs: number, fire: Fire<Subject>, subject: Subject): Cancel;
  at(atMs: number, fire: Fire<never>, subject?: unknown): Cancel {
    if (!(atMs >= this.nowMs)) {
      throw new Error(`event asked for at ${atMs}, which lies before ${this.nowMs}: ask for now`);
    }
    const event = this.event(atMs, fire, subject);
    this.queue.push(event);
    return () => {
      event.fire = event.subject = undefined;
    };
  }

  private event(atMs: number, fire: Fire<never>, subject: unknown, line?: TimerLine): Event {
    return { atMs, sequence: this.sequence++, fire: fire as Fire<unknown>, subject, line };
  }

  /** As `after`, for what nobody cancels: most events are of this kind. */
  post(delayMs: number, fire: () => void): void;
  post<Subject>(delayMs: number, fire: Fire<Subject>, subject: Subject): void;
  post(delayMs: number, fire: Fire<never>, subject?: unknown): void {
    if (isLined(delayMs)) this.lined(delayMs, fire, subject);
    else if (delayMs !== Infinity) {
      const atMs = this.nowMs + Math.max(0, delayMs);
      if (!(atMs >= this.nowMs)) throw new Error(`event asked for after ${delayMs} ms`);
      this.queue.push(this.event(atMs, fire, subject));
    }
  }

  after(delayMs: number, fire: () => void): Cancel;
  after<Subject>(delayMs: number, fire: Fire<Subject>, subject: Subject): Cancel;
  after(delayMs: number, fire: Fire<never>, subject?: unknown): Cancel {
    if (isLined(delayMs)) return this.lined(delayMs, fire, subject);
    if (delayMs === Infinity) return nothing;
    return this.at(this.nowMs + Math.max(0, delayMs), fire as Fire<unknown>, subject);
  }

  /** Timeouts have few lengths, are many, and nearly all are cancelled. */
  private lined(delayMs: number, fire: Fire<never>, subject: unknown): Cancel {
    const line = this.lineOf(delayMs);
    const timer = this.event(this.nowMs + delayMs, fire, subject, line);
    if (line.isQueued) line.push(timer);
    else {
      line.isQueued = true;
      this.queue.push(timer);
    }
    return () => {
      timer.fire = timer.subject = undefined;
      line.forgetCancelled();
    };
  }

  private lineOf(delayMs: number): TimerLine {
    let line = this.lines.get(delayMs);
    if (line === undefined) this.lines.set(delayMs, (line = new TimerLine()));
    return line;
  }

  private next(): Event | undefined {
    const event = this.queue.pop();
    const line = event?.line;
    if (line === undefined) return event;
    const following = line.take();
    if (following === undefined) line.isQueued = false;
    else this.queue.push(following);
    return event;
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
          if (this.playUntil(untilMs)) resolve();
          else void resolved.then(drained);
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

  /** @returns false where promises must run first, and only Node itself can let them. */
  private playUntil(untilMs: number): boolean {
    while (!this.isStopped) {
      const event = this.queue.peek();
      if (event === undefined || event.atMs > untilMs) {
        this.nowMs = untilMs;
        break;
      }
      this.next();
      if (event.fire === undefined) continue;
      this.play(event, event.fire);
      if (!this.hasContinued) continue;
      this.hasContinued = false;
      if (this.runMicrotasks === null) return false;
      this.runMicrotasks();
    }
    return true;
  }

  private play({ atMs, sequence, subject }: Event, fire: Fire<unknown>): void {
    this.nowMs = atMs;
    this.eventsPlayed++;
    // The remainder: `%` of numbers with fractions is slow.
    this.trace.mix(atMs - TRACED_MS * Math.floor(atMs / TRACED_MS));
    this.trace.mix(sequence);
    fire(subject);
  }
}
