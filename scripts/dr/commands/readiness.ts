import { reportOf, runChecks } from "../check";
import { command } from "../command";
import { databaseChecks } from "../readiness/database";
import { functionChecks } from "../readiness/functions";
import { ledgerChecks, secretChecks } from "../readiness/ledger";
import { permissionChecks } from "../readiness/permissions";
import { routingChecks } from "../readiness/routing";

export const readiness = command({
  about: "Whether a failover would succeed: every precondition, checked from the standby's region",
  options: {},
  run: async (tools) => {
    const deployment = await tools.deployment();
    const parts = [
      databaseChecks,
      ledgerChecks,
      secretChecks,
      functionChecks,
      permissionChecks,
      routingChecks,
    ];
    return reportOf(await runChecks(parts.flatMap((checks) => checks(tools, deployment))));
  },
});
