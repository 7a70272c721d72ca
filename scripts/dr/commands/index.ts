import type { Command } from "../command";
import { arm, disarm } from "./arming";
import { failback } from "./failback";
import { failover } from "./failover";
import { lost } from "./lost";
import { readiness } from "./readiness";
import { status } from "./status";

/** Every command by its name, in the order of `--help`. */
export const commands: Readonly<Record<string, Command>> = {
  status,
  readiness,
  failover,
  failback,
  arm,
  disarm,
  lost,
};
