import { runAsScript } from "./cli";
import { disarm, disarmPorts, type DisarmPorts } from "./disarm";
import { drainPorts, drainStack, type DrainPorts } from "./drain";
import { oneStack, stackNames, stateOf } from "./stacks";

export type TeardownPorts = DisarmPorts & DrainPorts;

export const teardownPorts: TeardownPorts = { ...disarmPorts, ...drainPorts };

/**
 * Destroys a stack in whatever state it is and removes it; a stack that is not there is done.
 * Needs nothing of the program, so that the scripts of the default branch can do it.
 */
export async function teardown(ports: TeardownPorts, stack: string): Promise<void> {
  const { cli, say } = ports;
  if (!stackNames(cli).includes(stack)) return say(`${stack}: no such stack`);
  // A courtesy: what watches the platform is destroyed first, and checks for that by itself.
  say(await disarm(ports, stack).catch((error: unknown) => `not disarmed: ${String(error)}`));
  const destroy = ["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", stack];
  const state = stateOf(cli, stack);
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

/** What stays in AWS after `pulumi destroy`, by an exported state: only this state still names it. */
export function keptAfterDestroy(state: unknown): string[] {
  type Exported = {
    type: string;
    id?: string;
    retainOnDelete?: boolean;
    outputs?: { skipFinalSnapshot?: boolean; finalSnapshotIdentifier?: string };
  };
  const { deployment } = state as { deployment?: { resources?: Exported[] } };
  return (deployment?.resources ?? []).flatMap(({ type, id, retainOnDelete, outputs }) => {
    const snapshot = outputs?.skipFinalSnapshot === false && outputs.finalSnapshotIdentifier;
    if (snapshot) return [`snapshot ${snapshot}`];
    return retainOnDelete && id ? [`${type.split(":").at(-1)} ${id}`] : [];
  });
}

runAsScript(module, (args) => teardown(teardownPorts, oneStack(args, "teardown")));
