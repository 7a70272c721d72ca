import { cli, runAsScript, say, setting, writeOutput, type Cli } from "./cli";
import { oneStack, pullRequestOf, stackNames } from "./stacks";
import { teardown, teardownPorts, type TeardownPorts } from "./teardown";

/** Stacks of pull requests that are not open. Whatever is not named like one is left alone. */
export function staleStacks(stacks: readonly string[], openPullRequests: readonly number[]) {
  return stacks.filter((stack) => {
    const pullRequest = pullRequestOf(stack);
    return pullRequest !== null && !openPullRequests.includes(pullRequest);
  });
}

/** @throws Error when GitHub does not answer: not knowing is no reason to destroy anything. */
export function openPullRequests(cli: Cli, repository: string): number[] {
  const path = `repos/${repository}/pulls?state=open&per_page=100`;
  const text = cli.read("gh", "api", "--paginate", path, "--jq", ".[].number");
  const numbers = text.split("\n").filter((line) => line !== "");
  return numbers.map((line) => {
    if (!/^\d+$/.test(line)) throw new Error(`gh answered "${line}" for a pull request's number`);
    return Number(line);
  });
}

/** Destroys a stack found stale before, unless its pull request was opened again since. */
export async function destroyStale(
  ports: TeardownPorts,
  repository: string,
  stack: string,
): Promise<void> {
  const isStale = staleStacks([stack], openPullRequests(ports.cli, repository)).length > 0;
  if (!isStale) return ports.say(`${stack}: its pull request is open; left alone`);
  unlock(ports, stack);
  await teardown(ports, stack);
}

/** A run that was cut off leaves its lock; the workflow's concurrency group lets nobody else in. */
function unlock({ cli, say }: TeardownPorts, stack: string): void {
  try {
    cli.show("pulumi", "cancel", "--yes", "--non-interactive", "--stack", stack);
  } catch {
    say(`${stack}: nothing to cancel`);
  }
}

runAsScript(module, async ([command, ...args]) => {
  const repository = setting("GITHUB_REPOSITORY");
  if (command === "destroy") {
    return destroyStale(teardownPorts, repository, oneStack(args, "sweep destroy"));
  }
  if (command !== "find" || args.length > 0) {
    throw new Error(`sweep: got "${command}"; allowed are: find, destroy <stack>`);
  }
  const stale = staleStacks(stackNames(cli), openPullRequests(cli, repository));
  say(stale.length === 0 ? "no stack is left over" : `left over: ${stale.join(", ")}`);
  writeOutput("stacks", stale);
});
