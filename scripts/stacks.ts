import type { Cli } from "./cli";

/** The project's stacks, by the last part of their names. */
export function stackNames(cli: Cli): string[] {
  const stacks = JSON.parse(cli.read("pulumi", "stack", "ls", "--json")) as { name: string }[];
  return stacks.map(({ name }) => name.slice(name.lastIndexOf("/") + 1));
}

/** Outputs of the last `up`, kept by one that fails later; empty before the first. Secrets stay hidden. */
export function outputsOf(cli: Cli, stack: string): Record<string, unknown> {
  const text = cli.read("pulumi", "stack", "output", "--json", "--stack", stack);
  return JSON.parse(text) as Record<string, unknown>;
}

/** What the engine knows of a stack, half made or half destroyed as it may be. */
export function stateOf(cli: Cli, stack: string): unknown {
  return JSON.parse(cli.read("pulumi", "stack", "export", "--stack", stack));
}

/** The number of the pull request whose environment a stack is, or null. */
export function pullRequestOf(stack: string): number | null {
  const found = /^pr-([1-9]\d*)$/.exec(stack);
  return found === null ? null : Number(found[1]);
}

/** @throws Error where there is not exactly one argument, a stack's name. */
export function oneStack(args: readonly string[], script: string): string {
  const [stack] = args;
  if (args.length !== 1 || stack === undefined || !/^[a-z][a-z0-9-]*$/.test(stack)) {
    throw new Error(`${script}: got "${args.join(" ")}"; allowed is one stack, like pr-42`);
  }
  return stack;
}

/** Region of an ARN. */
export function regionOf(arn: string): string {
  const region = arn.split(":")[3];
  if (!region) throw new Error(`got "${arn}"; an ARN that names a region was expected`);
  return region;
}
