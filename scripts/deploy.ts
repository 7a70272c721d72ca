import { runAsScript, say, writeOutput } from "./cli";
import { disarm, disarmPorts, type DisarmPorts } from "./disarm";
import { oneStack, outputsOf } from "./stacks";

export interface DeployPorts extends DisarmPorts {
  say: (line: string) => void;
}

/** A new role is not always known everywhere when the first function wants it. */
const ATTEMPTS = 2;

/**
 * Makes the stack where there is none, disarms, brings it up; gives back its outputs.
 * @param settings - `key=value` of the stack's configuration
 */
export async function deploy(
  ports: DeployPorts,
  stack: string,
  settings: readonly string[] = [],
): Promise<Record<string, unknown>> {
  const { cli, say } = ports;
  const pairs = settings.map(parseSetting);
  cli.show("pulumi", "stack", "select", "--create", "--non-interactive", stack);
  if (!hasEnv(ports, stack)) cli.show("pulumi", "config", "set", "env", stack, "--stack", stack);
  for (const pair of pairs) cli.show("pulumi", "config", "set", ...pair, "--stack", stack);
  for (let attempt = 1; ; attempt++) {
    say(await disarm(ports, stack));
    try {
      cli.show("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack);
      return outputsOf(cli, stack);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      say("`pulumi up` failed; once more, in case it was too early for a part");
    }
  }
}

function parseSetting(text: string): [key: string, value: string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new Error(`deploy: got "${text}"; allowed is key=value after the stack`);
  const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
  // Logins of bots, like renovate[bot], have characters that a tag may not have.
  return [key, key === "author" ? value.replace(/[^\w .:/=+@-]/g, "-") : value];
}

/**
 * A pull request's environment is named after its stack; others have a file that says so. Pulumi also
 * lists the defaults of Pulumi.yaml; the one of `env` is empty.
 */
function hasEnv({ cli }: DeployPorts, stack: string): boolean {
  const text = cli.read("pulumi", "config", "--json", "--stack", stack);
  const config = JSON.parse(text) as Record<string, { value?: string }>;
  return Object.entries(config).some(([key, { value }]) => /(^|:)env$/.test(key) && value !== "");
}

runAsScript(module, async ([stack = "", ...settings]) => {
  const outputs = await deploy({ ...disarmPorts, say }, oneStack([stack], "deploy"), settings);
  writeOutput("outputs", outputs);
});
