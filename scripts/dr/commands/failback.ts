import { changeOptions, command } from "../command";
import { targetFirst } from "../orchestrator";
import { change } from "./change";

export const failback = command({
  about: "Returns to home by a switchover, which waits for the data and loses none",
  options: changeOptions,
  run: async (tools, given) => {
    const deployment = await tools.deployment();
    const home = deployment.regions.home.name;
    const question = `${deployment.environment}: ${home} becomes active again; settling pauses meanwhile.`;
    return change(
      tools,
      {
        event: { action: "failback" },
        regions: targetFirst(deployment, home),
        confirmation: { question, answer: home },
      },
      given,
    );
  },
});
