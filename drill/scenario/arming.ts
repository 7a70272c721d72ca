import type { Control } from "../../lambda/shared/control";
import type { Progress } from "../../lambda/shared/signs";
import { ARMED_AFTER_SECONDS } from "../../lambda/shared/tunables";
import type { ProgramDescription } from "../description/program";
import { START_MS } from "../engine/simulation";
import type { World } from "../world/world";

const ARMED_AT_LATEST_MS = 900_000;

/** The ledger is the table every order goes to. */
export export function ledgerOf(program: ProgramDescription): string {
  for (const { environment } of program.functions.values()) {
    if (environment["LEDGER_TABLE"] !== undefined) return environment["LEDGER_TABLE"];
  }
  throw new Error("no function of the program knows LEDGER_TABLE");
}
