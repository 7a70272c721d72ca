/** The time and timers of a handler. They are passed in so that the drill can simulate them. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
  /** Calls `fire` once after `delayMs`. The returned function cancels the timer. */
  timer(delayMs: number, fire: () => void): () => void;
}

/** A call did not answer in time. It may or may not have taken effect. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  constructor(what: string, timeoutMs: number) {
    super(`${what}: no answer within ${timeoutMs} ms`);
  }
}

export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.timer(delayMs, resolve));
}

/**
 * Runs `work` for at most `timeoutMs`, then aborts its signal and rejects. A call to a lost region
 * hangs instead of failing, so every call that leaves a function is made through `within`.
 * @param what names the call in the error.
 * @throws NoAnswerError when the time is over; otherwise whatever `work` rejects with.
 */
export function within<T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = new AbortController();
    const cancel = clock.timer(timeoutMs, () => {
      reject(new NoAnswerError(what, timeoutMs));
      abort.abort();
    });
    work(abort.signal).then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
