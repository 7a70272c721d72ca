import type { Mutation } from "../mutation";
import * as decisions from "./decisionMutations";
import * as dns from "./dnsMutations";
import * as evidence from "./evidenceMutations";
import * as health from "./healthMutations";
import * as keys from "./keyMutations";
import * as ledger from "./ledgerMutations";
import { plain, seedInStandby } from "./plainDesigns";
import * as program from "./programMutations";
import { sabotages } from "./sabotages";
import * as settling from "./settlingMutations";

const groups = [ledger, settling, decisions, dns, evidence, health, keys, program];

/** Every mutation that can be selected by name: single ones, pairs, and whole designs. */
export const mutations: ReadonlyMap<string, Mutation> = new Map(
  [
    ...groups.flatMap((group): Mutation[] => Object.values(group)),
    ...sabotages.map(({ mutation }) => mutation),
    plain,
    seedInStandby,
  ].map((mutation) => [mutation.name, mutation]),
);
