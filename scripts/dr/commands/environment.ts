import { deploy as bringUp, type DeployPorts } from "../../deploy";
import { drainStack } from "../../drain";
import { oneStack, stackNames, stateOf } from "../../stacks";
import { destroyStale, openPullRequests, staleStacks } from "../../sweep";
import { teardown as tearDown } from "../../teardown";
import { type Report, command } from "../command";
import { DrError } from "../exit";
import type { Tools } from "../tools";
import { askFor } from "./change";

export const deploy = command({
  about: "Previews, refuses risks, disarms, and runs `pulumi up`",
  options: {
    set: { value: "KEY=VALUE", multiple: true, about: "Set the stack's configuration first" },
    allow: { value: "URN", multiple: true, about: "Allow to replace or delete this resource" },
  },
  run: (tools, { stack, set, allow }) =>
    explained(async () => {
      const name = named(stack);
      const outputs = await bringUp(portsOf(tools), name, { settings: set, allowed: allow });
      return { exit: "done", text: JSON.stringify(outputs, null, 2), data: outputs };
    }),
});

export const drain = command({
  about:
    "Prepares a global database for `pulumi destroy` after a failover; no disaster recovery then",
  options: { yes: { about: "Do not ask" } },
  run: (tools, { stack, yes }) =>
    explained(async () => {
      const name = named(stack);
      const state = stateOf(tools.cli, name);
      if (!yes) await askFor(tools, `${name}: its readers leave the global database.`, name);
      await drainStack(portsOf(tools), state);
      return { exit: "done", text: `${name} can be destroyed`, data: { stack: name } };
    }),
});

export const teardown = command({
  about: "Disarms, drains, destroys everything, and removes the stack",
  options: { yes: { about: "Do not ask" } },
  run: (tools, { stack, yes }) =>
    explained(async () => {
      const name = named(stack);
      if (!yes) await askFor(tools, `${name}: everything is destroyed.`, name);
      await tearDown(portsOf(tools), name);
      return { exit: "done", text: `${name} is gone`, data: { stack: name } };
    }),
});

export const sweep = command({
  about: "Lists stacks whose pull request is closed; with --stack, destroys that one if it is",
  options: {
    repository: { value: "OWNER/NAME", about: "On GitHub (default: GITHUB_REPOSITORY)" },
  },
  run: (tools, { stack, repository = tools.env["GITHUB_REPOSITORY"] }) =>
    explained(async () => {
      if (!repository) {
        throw new DrError("dr: name the repository with --repository OWNER/NAME", "usage");
      }
      if (stack !== undefined) {
        await destroyStale(portsOf(tools), repository, named(stack));
        return { exit: "done", text: `${stack} was checked`, data: { stack } };
      }
      const open = openPullRequests(tools.cli, repository);
      const stale = staleStacks(stackNames(tools.cli), open);
      return { exit: "done", text: stale.join("\n") || "no stack is left over", data: stale };
    }),
});

function portsOf({ aws, cli, clock, say }: Tools): DeployPorts {
  return { cli, lambda: aws.lambda, rds: aws.rds, clock, nowMs: () => clock.nowMs(), say };
}

/** @throws DrError unless a stack of this project is named. */
function named(stack: string | undefined): string {
  if (stack === undefined) throw new DrError("dr: name the stack with --stack", "usage");
  try {
    return oneStack([stack], "dr");
  } catch (error) {
    throw new DrError((error as Error).message, "usage");
  }
}

/** The scripts say in the messages of plain errors why they refuse; errors of AWS pass. */
async function explained(run: () => Promise<Report>): Promise<Report> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && error.name === "Error")
      throw new DrError(error.message, "refused");
    throw error;
  }
}
