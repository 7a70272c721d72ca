/** What happens, told what it happens to: a closure less for each of the many. */
export type Fire<Subject> = (subject: Subject) => void;

/** Something that happens at a moment of virtual time. Without `fire` it was cancelled. */
export interface Event {
  readonly atMs: number;
  /** Order of asking: events of one moment happen in the order in which they were asked for. */
  readonly sequence: number;
  fire: Fire<unknown> | undefined;
  subject: unknown;
  /** The line this event waited in, if it is a timer of a usual length. */
  readonly line?: TimerLine | undefined;
}

/** Timers passed over before the line gives their memory back. */
const PASSED_MAX = 50;

/**
 * Timers of one length come due in the order in which they were set, so only the first of them
 * need be compared with other events. Nearly all are cancelled long before they are.
 */
export class TimerLine {
  private timers: Event[] = [];
  private passed = 0;
  /** Whether the first of them is in the queue of events. */
  isQueued = false;

  push(timer: Event): void {
    this.timers.push(timer);
  }

  /** Takes the first that was not cancelled. */
  take(): Event | undefined {
    const { timers } = this;
    while (this.passed < timers.length) {
      const timer = timers[this.passed++]!;
      if (timer.fire === undefined) continue;
      if (this.passed > PASSED_MAX) this.forgetPassed();
      return timer;
    }
    this.forgetPassed();
    return undefined;
  }

  /** Most timers are cancelled while they are the last: no place is kept for those. */
  forgetCancelled(): void {
    const { timers } = this;
    while (timers.length > this.passed && timers[timers.length - 1]!.fire === undefined)
      timers.pop();
  }

  private forgetPassed(): void {
    this.timers = this.timers.slice(this.passed);
    this.passed = 0;
  }
}

/** A binary heap of events by time, then by order of asking, so that two runs agree. */
export class EventQueue {
  private readonly heap: Event[] = [];

  get length(): number {
    return this.heap.length;
  }

  peek(): Event | undefined {
    return this.heap[0];
  }

  push(event: Event): void {
    const heap = this.heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  pop(): Event | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    const length = heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
