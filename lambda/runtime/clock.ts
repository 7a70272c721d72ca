/** Time as handlers see it: handed in, so that the drill can play minutes in milliseconds. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
  /** Calls `fire` once after `delayMs`, unless the returned function is called before. */
  timer(delayMs: number, fire: () => void): () => void;
}

/** No answer within the time given: the work may or may not have happened. */
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
 * Runs `work` for at most `timeoutMs` of the clock's time, then aborts its signal and rejects.
 * A call to a lost region hangs rather than fails, so every call that leaves a function goes
 * through here.
 * @throws NoAnswerError when time ran out; whatever `work` rejects with otherwise.
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
