import type { Command } from "../command";
import { arm, disarm } from "./arming";
import { failback } from "./failback";
import { failover } from "./failover";
import { status } from "./status";

/** Every command by its name, in the order of `--help`. */
export const commands: Readonly<Record<string, Command>> = {
  status,
  failover,
  failback,
  arm,
  disarm,
};
