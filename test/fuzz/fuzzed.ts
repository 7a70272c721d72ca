import * as fc from "fast-check";
import { createAuthorizer } from "../../lambda/handlers/authorizer";
import { createDbMigration } from "../../lambda/handlers/dbMigration";
import { createFailoverOrchestrator } from "../../lambda/handlers/failoverOrchestrator";
import { createHealth } from "../../lambda/handlers/health";
import { createOrderApi } from "../../lambda/handlers/orderApi";
import { createOrderProcessor } from "../../lambda/handlers/orderProcessor";
import { createSentinel } from "../../lambda/handlers/sentinel";
import { createSettlementSweep } from "../../lambda/handlers/settlementSweep";
import { tokenVerifier } from "../../lambda/auth/tokens";
import { type FakeWorld } from "../helpers/fakeRuntime";

/** The handlers that are fuzzed. A test of the fuzzing hands in broken ones. */
export const shippedHandlers = {
  authorizer: createAuthorizer,
  dbMigration: createDbMigration,
  failoverOrchestrator: createFailoverOrchestrator,
  health: createHealth,
  orderApi: createOrderApi,
  orderProcessor: createOrderProcessor,
  sentinel: createSentinel,
  settlementSweep: createSettlementSweep,
  tokenVerifier,
};
export type Handlers = typeof shippedHandlers;

/** A property of the handlers that must hold in every case. */
export interface Fuzzed {
  readonly name: string;
  /** How many of all cases it gets, in relation to the other properties. */
  readonly weight: number;
  /** @param begins is called at the start of each case. */
  of(handlers: Handlers, begins: () => void): fc.IAsyncProperty<[unknown]>;
}

/** @param check throws if the property does not hold for the case. */
export function fuzzed<Case>(
  name: string,
  weight: number,
  anyCase: fc.Arbitrary<Case>,
  check: (handlers: Handlers, one: Case) => Promise<void>,
): Fuzzed {
  const of = (handlers: Handlers, begins: () => void) =>
    fc.asyncProperty<[unknown]>(anyCase, async (one) => {
      begins();
      const rejections: unknown[] = [];
      const remember = (reason: unknown) => void rejections.push(reason);
      process.on("unhandledRejection", remember);
      try {
        await check(handlers, one as Case);
        // Node reports unhandled rejections between two turns of its event loop.
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off("unhandledRejection", remember);
      }
      if (rejections.length > 0) {
        throw new Error(`unhandled rejection: ${String(rejections[0])}`, { cause: rejections[0] });
      }
    });
  return { name, weight, of };
}

/** @throws Error unless the condition holds. */
export function must(condition: boolean, otherwise: () => string): asserts condition {
  if (!condition) throw new Error(otherwise());
}

export type Ended<T> = { value: T } | { error: unknown };

/**
 * Plays an invocation to its end, as Lambda does.
 * @throws Error if it still runs at its timeout.
 */
export async function ended<T>(
  world: FakeWorld,
  what: string,
  timeoutSeconds: number,
  invoke: () => Promise<T>,
): Promise<Ended<T>> {
  const ending = (async (): Promise<Ended<T>> => {
    try {
      return { value: await invoke() };
    } catch (error) {
      return { error };
    }
  })();
  try {
    return await world.play(ending, timeoutSeconds);
  } catch {
    throw new Error(`${what} still runs after ${timeoutSeconds} s, its timeout`);
  }
}
