import { writeFileSync } from "node:fs";
import { userPath } from "../../../support/cli/options";
import { alarmChecks } from "../verify/alarms";
import { reportOf, runChecks } from "../check";
import { command } from "../command";
import { junit } from "../junit";
import { orderChecks } from "../verify/orders";
import { replicationChecks } from "../verify/replication";
import { watchingChecks } from "../verify/watching";

export const verify = command({
  about: "Checks a live stack without harm: orders, replication, health checks, canaries, traces",
  options: {
    wait: { about: "Wait up to 15 minutes for the replication of an object" },
    alarms: {
      about: "Set one alarm of each region to ALARM and back; its subscribers get messages",
    },
    junit: { value: "FILE", about: "Also write a JUnit report" },
  },
  run: async (tools, { wait, alarms, junit: file }) => {
    const deployment = await tools.deployment();
    const findings = await runChecks([
      ...watchingChecks(tools, deployment),
      ...alarmChecks(tools, deployment, { test: alarms }),
      ...orderChecks(tools, deployment),
      ...replicationChecks(tools, deployment, { wait }),
    ]);
    if (file !== undefined) writeFileSync(userPath(file, tools.env), junit("dr verify", findings));
    return reportOf(findings);
  },
});
