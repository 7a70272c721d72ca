import { parseArgs } from "node:util";
import { askOnTerminal, confirm, runAsScript } from "./cli";
import { disarm, disarmPorts, type DisarmPorts } from "./disarm";
import { drainPorts, drainStack, type DrainPorts } from "./drain";
import { oneStack, stackNames, stateOf } from "./stacks";

export type TeardownPorts = DisarmPorts & DrainPorts;

export const teardownPorts: TeardownPorts = { ...disarmPorts, ...drainPorts };

interface Exported {
  urn: string;
  type: string;
  id?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  outputs?: { skipFinalSnapshot?: boolean; finalSnapshotIdentifier?: string };
}

function resourcesIn(state: unknown): Exported[] {
  const { deployment } = state as { deployment?: { resources?: Exported[] } };
  return deployment?.resources ?? [];
}

/**
 * Destroys a stack in whatever state it is and removes it; a stack that is not there is done.
 * Needs nothing of the program, so that the scripts of the default branch can do it.
 * @throws Error before anything changes if the stack has protected resources.
 */
export async function teardown(ports: TeardownPorts, stack: string): Promise<void> {
  const { cli, say } = ports;
  if (!stackNames(cli).includes(stack)) return say(`${stack}: no such stack`);
  const state = stateOf(cli, stack);
  refuseProtected(stack, state);
  // Only a precaution: failover is destroyed first, and takes that for no outage.
  say(await disarm(ports, stack).catch((error: unknown) => `not disarmed: ${String(error)}`));
  const destroy = ["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", stack];
  const kept = keptAfterDestroy(state);
  await drainStack(ports, state);
  try {
    // The state may be of before a failover; the global database deletes its members by it.
    cli.show("pulumi", ...destroy, "--refresh");
  } catch {
    say("`pulumi destroy` failed; once more, as some parts take their time to let go");
    await drainStack(ports, stateOf(cli, stack));
    cli.show("pulumi", ...destroy);
  }
  cli.show("pulumi", "stack", "rm", "--yes", "--non-interactive", "--stack", stack);
  for (const what of kept) say(`kept: ${what}`);
}

function refuseProtected(stack: string, state: unknown): void {
  const urns = resourcesIn(state).flatMap(({ protect, urn }) => (protect === true ? [urn] : []));
  if (urns.length === 0) return;
  const few = urns.slice(0, 3).join(", ");
  throw new Error(
    `teardown: ${stack} has ${urns.length} protected resources (${few}${urns.length > 3 ? ", …" : ""}); ` +
      "nothing was destroyed. To destroy it without keeping any data, run `pulumi config set " +
      `retention ephemeral --stack ${stack}\` and \`pulumi up --stack ${stack}\`, then this again. ` +
      "To keep final snapshots and backups, remove the deletion protection in AWS as " +
      `docs/operations.md describes, then run \`pulumi state unprotect --all --stack ${stack}\``,
  );
}

/** What stays in AWS after `pulumi destroy`, by an exported state: only this state still names it. */
export function keptAfterDestroy(state: unknown): string[] {
  return resourcesIn(state).flatMap(({ type, id, retainOnDelete, outputs }) => {
    const snapshot = outputs?.skipFinalSnapshot === false && outputs.finalSnapshotIdentifier;
    if (snapshot) return [`snapshot ${snapshot}`];
    return retainOnDelete && id ? [`${type.split(":").at(-1)} ${id}`] : [];
  });
}

runAsScript(module, async (args) => {
  const { values, positionals } = parseArgs({
    args,
    options: { yes: { type: "boolean" } },
    allowPositionals: true,
  });
  const stack = oneStack(positionals, "teardown");
  if (values.yes !== true) {
    await confirm(askOnTerminal, `${stack}: everything is destroyed.`, stack);
  }
  await teardown(teardownPorts, stack);
});
