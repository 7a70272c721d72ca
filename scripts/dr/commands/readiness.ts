import { reportOf, runChecks } from "../check";
import { type Report, command } from "../command";
import type { Deployment } from "../deployment";
import { databaseChecks } from "../readiness/database";
import { functionChecks } from "../readiness/functions";
import { ledgerChecks, secretChecks } from "../readiness/ledger";
import { permissionChecks } from "../readiness/permissions";
import { routingChecks } from "../readiness/routing";
import type { Tools } from "../tools";

const parts = [
  databaseChecks,
  ledgerChecks,
  secretChecks,
  functionChecks,
  permissionChecks,
  routingChecks,
];

/** Every precondition of a failover. */
export async function readinessReport(tools: Tools, deployment: Deployment): Promise<Report> {
  return reportOf(await runChecks(parts.flatMap((checks) => checks(tools, deployment))));
}

export const readiness = command({
  about: "Whether a failover would succeed: every precondition, checked from the standby's region",
  options: {},
  run: async (tools) => readinessReport(tools, await tools.deployment()),
});
