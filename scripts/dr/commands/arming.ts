import { changeOptions, command } from "../command";
import { targetFirst } from "../orchestrator";
import { change } from "./change";

const arming = (action: "arm" | "disarm", about: string) =>
  command({
    about,
    options: changeOptions,
    run: async (tools, given) => {
      const deployment = await tools.deployment();
      const regions = targetFirst(deployment, deployment.regions.standby.name);
      return change(tools, { event: { action }, regions, confirmation: null }, given);
    },
  });

export const arm = arming("arm", "Ends a disarming early");
export const disarm = arming("disarm", "No automatic failover for 15 minutes");
