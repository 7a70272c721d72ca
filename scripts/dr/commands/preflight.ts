import { reportOf, runChecks } from "../check";
import { command } from "../command";
import { planOf, planOptions } from "../plan";
import { accountChecks, callerArn } from "../preflight/account";
import { quotaChecks } from "../preflight/quotas";
import { regionChecks } from "../preflight/regions";

export const preflight = command({
  about: "Before the first `up`: credentials, rights, regions, quotas, versions; needs no stack",
  options: planOptions,
  run: async (tools, given) => {
    const plan = await planOf(tools, given);
    // Without credentials, every check would say so.
    const caller = await callerArn(tools);
    const checks = [
      ...accountChecks(tools, plan, caller),
      ...regionChecks(tools, plan),
      ...plan.regions.flatMap((region) => quotaChecks(tools, plan, region)),
    ];
    return reportOf(await runChecks(checks));
  },
});
