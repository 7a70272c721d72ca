import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { userPath } from "../../support/cli/options";
import { DrError } from "./exit";

const text = z.string().check(z.minLength(1));

const regionSchema = z.object({
  name: text,
  /** The region in names: `use1`. */
  code: text,
  apiUrl: text,
  orchestratorArn: text,
  functions: z.record(z.string(), text),
  queueUrls: z.object({ orders: text, backlog: text, deadLetters: text, failures: text }),
  clusterArn: text,
  alertsTopicArn: text,
  archiveBucket: text,
  canaries: z.array(text),
});

const deploymentSchema = z.object({
  environment: text,
  retention: text,
  ledgerTable: text,
  sessionsTable: text,
  globalClusterId: text,
  apiDomain: text,
  hostedZoneId: text,
  healthCheckIds: z.object({ home: text, inService: text, standby: text }),
  /** Whether the API has a public name of its own, with certificates. */
  hasDomain: z.boolean(),
  /** ARNs at home by what they hold. */
  secretArns: z.record(z.string(), text),
  /** Ids of AWS FIS templates at home by experiment; none without `gameDay`. */
  experiments: z._default(z.record(z.string(), text), {}),
  regions: z.object({ home: regionSchema, standby: regionSchema }),
});

/** What is deployed: the stack's output `operations`. */
export type Deployment = z.infer<typeof deploymentSchema>;
export type DeployedRegion = Deployment["regions"]["home"];

export interface Source {
  stack?: string | undefined;
  /** A file with the outputs, for when Pulumi's backend does not answer. */
  outputs?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what is deployed from a stack's outputs or from a file with them.
 * @throws DrError that says what to do.
 */
export async function readDeployment(source: Source, env: Environment): Promise<Deployment> {
  if ((source.stack === undefined) === (source.outputs === undefined)) {
    throw new DrError("dr: name the stack with --stack, or a file with --outputs", "usage");
  }
  const { outputs } = source;
  const found = outputs === undefined ? await stackOutputs(source.stack!) : readJson(outputs, env);
  return parseDeployment(found, outputs ?? `stack ${source.stack}`);
}

/** @throws DrError if the outputs are not those of this program. */
export function parseDeployment(outputs: unknown, from: string): Deployment {
  const { operations } = (outputs ?? {}) as { operations?: unknown };
  if (operations === undefined) {
    throw new DrError(
      `dr: ${from} has no output "operations"; bring the stack up with this version first`,
    );
  }
  const parsed = deploymentSchema.safeParse(operations);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new DrError(`dr: the output "operations" of ${from} does not fit in ${wrong}; run \`up\``);
}

function readJson(file: string, env: Environment): unknown {
  try {
    return JSON.parse(readFileSync(userPath(file, env), "utf8"));
  } catch (error) {
    const reason = (error as Error).message;
    throw new DrError(`dr: --outputs: got "${file}" (${reason}); allowed is a file with JSON`);
  }
}

const projectDir = path.join(__dirname, "..", "..");

/** Outputs that are no secrets, read with the Automation API. */
async function stackOutputs(stack: string): Promise<unknown> {
  // Loading it takes a second, which only this way of reading needs.
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation");
  try {
    const workspace = await LocalWorkspace.create({ workDir: projectDir });
    const found = Object.entries(await workspace.stackOutputs(stack));
    return Object.fromEntries(
      found.flatMap(([key, { value, secret }]) => (secret ? [] : [[key, value as unknown]])),
    );
  } catch (error) {
    throw new DrError(explainPulumi(error, stack));
  }
}

const WITHOUT_PULUMI = "or pass the outputs with --outputs FILE";

/** One line in place of the CLI's output. */
export function explainPulumi(error: unknown, stack: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/ENOENT|command not found|not found in PATH/i.test(message)) {
    return `dr: the command \`pulumi\` is not on PATH; install it, ${WITHOUT_PULUMI}`;
  }
  if (/no stack named/i.test(message)) {
    return `dr: there is no stack "${stack}"; \`pulumi stack ls\` lists them`;
  }
  const reason = /error: .*/.exec(message)?.[0] ?? message.split("\n")[0] ?? "";
  return `dr: Pulumi cannot read stack "${stack}": ${reason}; repeat, ${WITHOUT_PULUMI}`;
}
