import { changeOptions, command } from "../command";
import { targetFirst } from "../orchestrator";
import { change } from "./change";

export const failover = command({
  about: "Makes a region active without the other one; may lose rows in Aurora, but no order",
  options: {
    ...changeOptions,
    to: { value: "REGION", about: "The region that takes over (default: the standby)" },
  },
  run: async (tools, given) => {
    const deployment = await tools.deployment();
    const to = given.to ?? deployment.regions.standby.name;
    const question =
      `${deployment.environment}: ${to} takes over at once, and the other region stops settling. ` +
      "Rows that are not replicated are settled again from the ledger.";
    return change(
      tools,
      {
        event: { action: "failover", to },
        regions: targetFirst(deployment, to),
        confirmation: { question, answer: to },
      },
      given,
    );
  },
});
