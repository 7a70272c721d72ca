import { NoAnswerError, sleep, within, type Clock } from "../../../lambda/runtime/clock";

/** Time that passes when it is told to. */
class ManualClock implements Clock {
  private now = 0;
  private readonly timers = new Set<{ atMs: number; fire: () => void }>();

  nowMs(): number {
    return this.now;
  }

  timer(delayMs: number, fire: () => void): () => void {
    const timer = { atMs: this.now + delayMs, fire };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  get pending(): number {
    return this.timers.size;
  }

  async passes(ms: number): Promise<void> {
    this.now += ms;
    for (const timer of [...this.timers].sort((a, b) => a.atMs - b.atMs)) {
      if (timer.atMs > this.now) break;
      this.timers.delete(timer);
      timer.fire();
    }
    await new Promise(setImmediate);
  }
}

/** Work whose end a test decides. */
function openWork<T>() {
  let signal!: AbortSignal;
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const work = (given: AbortSignal) => {
    signal = given;
    return new Promise<T>((yes, no) => {
      resolve = yes;
      reject = no;
    });
  };
  return {
    work,
    get signal() {
      return signal;
    },
    resolve: (value: T) => resolve(value),
    reject: (reason: unknown) => reject(reason),
  };
}

describe("within", () => {
  test("returns an answer that arrives in time and cancels its timer", async () => {
    const clock = new ManualClock();
    const open = openWork<string>();
    const answer = within(clock, 100, "a call", open.work);
    await clock.passes(99);
    open.resolve("here");
    await expect(answer).resolves.toBe("here");
    expect(clock.pending).toBe(0);
    expect(open.signal.aborted).toBe(false);
  });

  test("rejects without an answer in time, names the call and aborts it", async () => {
    const clock = new ManualClock();
    const open = openWork<string>();
    const answer = within(clock, 100, "a call", open.work);
    const rejected = expect(answer).rejects.toMatchObject({
      name: "NoAnswerError",
      message: "a call: no answer within 100 ms",
    });
    await clock.passes(100);
    await rejected;
    await expect(answer).rejects.toBeInstanceOf(NoAnswerError);
    expect(open.signal.aborted).toBe(true);
  });

  test("ignores an answer that arrives later", async () => {
    const clock = new ManualClock();
    const open = openWork<string>();
    const answer = within(clock, 100, "a call", open.work);
    const rejected = expect(answer).rejects.toBeInstanceOf(NoAnswerError);
    await clock.passes(100);
    open.resolve("late");
    await rejected;
  });

  test("reports no answer even if the aborted work rejects", async () => {
    const clock = new ManualClock();
    const answer = within(
      clock,
      100,
      "a call",
      (signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new Error("aborted"))),
        ),
    );
    const rejected = expect(answer).rejects.toBeInstanceOf(NoAnswerError);
    await clock.passes(100);
    await rejected;
  });

  test("rejects with the error of the work and cancels its timer", async () => {
    const clock = new ManualClock();
    const error = new TypeError("broken");
    const answer = within(clock, 100, "a call", () => Promise.reject(error));
    await expect(answer).rejects.toBe(error);
    expect(clock.pending).toBe(0);
  });

  test("wraps a rejection that is not an Error", async () => {
    const clock = new ManualClock();
    const open = openWork<string>();
    const answer = within(clock, 100, "a call", open.work);
    open.reject("plain");
    await expect(answer).rejects.toThrow(new Error("plain"));
  });
});

test("sleep resolves after its delay, not before", async () => {
  const clock = new ManualClock();
  let isAwake = false;
  void sleep(clock, 50).then(() => (isAwake = true));
  await clock.passes(49);
  expect(isAwake).toBe(false);
  await clock.passes(1);
  expect(isAwake).toBe(true);
  expect(clock.pending).toBe(0);
});
