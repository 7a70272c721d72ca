import { command } from "../command";
import { DrError } from "../exit";
import { clientToken } from "../tokens";

export const token = command({
  about: "Prints a bearer token for an account, for trying the API; it is valid for an hour",
  options: { account: { value: "ACCOUNT", about: "The account that the token is for" } },
  run: async (tools, { account }) => {
    if (account === undefined) throw new DrError("dr: name the account with --account", "usage");
    const deployment = await tools.deployment();
    const text = await clientToken(tools, deployment, deployment.regions.standby.name, account);
    return { exit: "done", text, data: { token: text } };
  },
});
