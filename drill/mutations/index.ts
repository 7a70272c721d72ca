import type { Mutation } from "../mutation";
import { closeOnSettlement, noLatch, orchestratorAtHome } from "./weakenings";

/** Every mutation that can be asked for by its name. */
export const mutations: ReadonlyMap<string, Mutation> = new Map(
  [orchestratorAtHome, noLatch, closeOnSettlement].map((mutation) => [mutation.name, mutation]),
);
