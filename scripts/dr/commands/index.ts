import type { Command } from "../command";
import { cost } from "./cost";
import { arm, disarm } from "./arming";
import { deploy, drain, sweep, teardown } from "./environment";
import { failback } from "./failback";
import { failover } from "./failover";
import { gameday } from "./gameday";
import { lost } from "./lost";
import { order } from "./order";
import { preflight } from "./preflight";
import { readiness } from "./readiness";
import { status } from "./status";
import { token } from "./token";
import { verify } from "./verify";

/** Every command by its name, in the order of `--help`. */
export const commands: Readonly<Record<string, Command>> = {
  preflight,
  cost,
  status,
  readiness,
  verify,
  failover,
  failback,
  arm,
  disarm,
  lost,
  gameday,
  order,
  token,
  deploy,
  drain,
  teardown,
  sweep,
};
