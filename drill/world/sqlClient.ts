import { CONNECT_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from "../shipped";
import type { Simulation } from "../../support/simulation/simulation";
import type { Environment } from "./environment";
import type { LockMode, RowLock } from "./volume";

/** Delivers a result to a waiting client. Only the first one counts. */
export interface Answer<Value> {
  ok: (value: Value) => void;
  fail: (error: Error) => void;
}

type Await = <Value>(
  simulation: Simulation,
  environment: Environment,
  ok: (value: Value) => void,
  fail: (error: Error) => void,
) => Answer<Value>;

/**
 * The timeouts that `lambda/entry/sql.ts` sets, with the errors of node-postgres, which have no
 * code.
 */
const awaitFor =
  (timeoutMs: number, message: string): Await =>
  (simulation, environment, ok, fail) => {
    let isOver = false;
    const end = (run: () => void): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      environment.deliver(run);
    };
    const cancel = simulation.after(timeoutMs, () => end(() => fail(new Error(message))));
    return {
      ok: (value) => end(() => ok(value)),
      fail: (error) => end(() => fail(error)),
    };
  };

/** `connectionTimeoutMillis`: from name resolution to the end of the sign-in. */
export const awaitConnection = awaitFor(CONNECT_TIMEOUT_MS, "timeout expired");

/** `query_timeout`: the client gives up. The server does not know and may still commit. */
export const awaitStatement = awaitFor(STATEMENT_TIMEOUT_MS, "Query read timeout");

/**
 * `statement_timeout`: the server cancels a statement that still waits for a lock. Its error 57014
 * arrives after the client's own timeout, which started earlier. PostgreSQL stops this timer before
 * it commits, so a commit that storage delays is not cancelled and happens late.
 */
export function awaitUnlocked(
  simulation: Simulation,
  lock: RowLock,
  mode: LockMode,
  work: (release: () => void) => void,
): void {
  let isGranted = false;
  let cancel = (): void => {};
  const leave = lock.acquire(mode, () => {
    isGranted = true;
    cancel();
    work(() => lock.release(mode));
  });
  if (!isGranted) cancel = simulation.after(STATEMENT_TIMEOUT_MS, leave);
}
