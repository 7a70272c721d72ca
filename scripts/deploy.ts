import { GetAccountSettingsCommand } from "@aws-sdk/client-lambda";
import type { GlobalCluster } from "@aws-sdk/client-rds";
import { parseArgs } from "node:util";
import { runAsScript, say, writeOutput } from "./cli";
import { disarm, disarmPorts, type DisarmPorts } from "./disarm";
import { databaseIn, describe, drainPorts, type Database, type DrainPorts } from "./drain";
import { reasonsToWait, writerRegionOf } from "./guard/globalDatabase";
import { concurrencyProblem, reservedByRegion } from "./guard/concurrency";
import { settingOf, type Preview } from "./guard/preview";
import { hotfixTargets, refusals, risksOf } from "./guard/risks";
import { previewOf, summaryOf, type Summary } from "./preview";
import { unprotectedReplicas } from "./replicas";
import { oneStack, outputsOf, stateOf } from "./stacks";
import { needsUpgrade, upgradeDatabase } from "./upgrade";

export interface DeployPorts extends DisarmPorts, DrainPorts {
  /**
   * Gets the preview before anything can refuse it.
   * @default - nobody
   */
  previewed?: (summary: Summary) => void;
}

export interface DeployOptions {
  /** `key=value` of the stack's configuration. */
  readonly settings?: readonly string[];
  /** Stateful resources that may be replaced or deleted: URNs or names. */
  readonly allowed?: readonly string[];
}

/** A new role is not always known everywhere when the first function wants it. */
const ATTEMPTS = 2;

/**
 * Creates the stack if there is none, previews it, disarms and runs `pulumi up`; returns its outputs.
 * @throws Error before anything changes if the preview has a risk that is not allowed, or if the
 * global database is failed over or out of sync.
 */
export async function deploy(
  ports: DeployPorts,
  stack: string,
  { settings = [], allowed = [] }: DeployOptions = {},
): Promise<Record<string, unknown>> {
  const { cli, say } = ports;
  const pairs = settings.map(parseSetting);
  cli.show("pulumi", "stack", "select", "--create", "--non-interactive", stack);
  if (!hasEnv(ports, stack)) cli.show("pulumi", "config", "set", "env", stack, "--stack", stack);
  for (const pair of pairs) cli.show("pulumi", "config", "set", ...pair, "--stack", stack);
  for (let attempt = 1; ; attempt++) {
    const { database, global, preview } = await guard(ports, stack, allowed);
    if (database && global) await upgrade(ports, stack, database, global, preview);
    say(await disarm(ports, stack));
    try {
      up(ports, stack);
      return outputsOf(cli, stack);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      say(
        "`pulumi up` failed; trying once more, because a new role may not be known everywhere yet",
      );
    }
  }
}

function up({ cli, say }: DeployPorts, stack: string): void {
  const command = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack];
  cli.show("pulumi", ...command);
  const unprotected = unprotectedReplicas(stateOf(cli, stack));
  if (unprotected.length === 0) return;
  say(
    `${unprotected.join(" and ")}: created without deletion protection, which the provider sets only ` +
      "in an update; running `pulumi up` again",
  );
  cli.show("pulumi", ...command);
}

async function guard(ports: DeployPorts, stack: string, allowed: readonly string[]) {
  const database = databaseIn(stateOf(ports.cli, stack));
  const global = database && (await describe(ports, database));
  const preview = previewOf(ports.cli, stack);
  ports.previewed?.(summaryOf(stack, preview));
  const reasons = reasonsToWait(database, global);
  const refused = [
    ...reasons,
    ...refusals(risksOf(preview), allowed),
    ...(await concurrencyProblems(ports, preview)),
  ];
  if (refused.length === 0) return { database, global, preview };
  const region = reasons.length > 0 ? writerRegionOf(global) : null;
  const hotfix = region === null ? [] : hotfixCommand(preview, stack, region);
  throw new Error(["deploy: refused; nothing was changed:", ...refused, ...hotfix].join("\n  "));
}

/** Whether Lambda lets the account reserve what the new functions need, before the first is created. */
async function concurrencyProblems(ports: DeployPorts, preview: Preview): Promise<string[]> {
  const problems = [...reservedByRegion(preview)].map(async ([region, reserved]) => {
    try {
      const { AccountLimit } = await ports.lambda(region).send(new GetAccountSettingsCommand({}));
      return concurrencyProblem(region, reserved, AccountLimit?.UnreservedConcurrentExecutions);
    } catch (error) {
      ports.say(`${region}: the account's limits are not known (${String(error)})`);
      return null;
    }
  });
  return (await Promise.all(problems)).filter((problem) => problem !== null);
}

/**
 * Brings the database to the configured minor version. The state is refreshed before and after: it
 * may still have the global cluster as it was created, without members and with its first version.
 */
async function upgrade(
  ports: DeployPorts,
  stack: string,
  database: Database,
  global: GlobalCluster,
  preview: Preview,
): Promise<void> {
  const wanted = settingOf(preview, "auroraEngineVersion");
  if (wanted === undefined || !(await needsUpgrade(ports, global, wanted))) return;
  const targets = database.urns.flatMap((urn) => ["--target", urn]);
  const refresh = ["refresh", "--yes", "--skip-preview", "--non-interactive", "--stack", stack];
  ports.cli.show("pulumi", ...refresh, ...targets);
  // An upgrade interrupts the database, which must not look like an outage.
  await upgradeDatabase(ports, global, wanted, async () => ports.say(await disarm(ports, stack)));
  ports.cli.show("pulumi", ...refresh, ...targets);
}

/** The way to deploy a fix that cannot wait: it touches nothing outside the region that writes. */
function hotfixCommand(preview: Preview, stack: string, region: string): string[] {
  const targets = hotfixTargets(preview, region);
  if (targets.length === 0) return [`nothing would change in ${region}, so there is no hotfix`];
  const options = targets.map((urn) => `--target '${urn}'`);
  return [
    `to deploy the changes in ${region} alone:`,
    `pulumi up --stack ${stack} ${options.join(" ")}`,
  ];
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

runAsScript(module, async (args) => {
  const { values, positionals } = parseArgs({
    args,
    options: { allow: { type: "string", multiple: true } },
    allowPositionals: true,
  });
  const [stack = "", ...settings] = positionals;
  const options = { settings, allowed: values.allow ?? [] };
  // Only the comment of a workflow shows it.
  const previewed = (summary: Summary) => {
    if (process.env["GITHUB_OUTPUT"]) writeOutput("preview", summary);
  };
  const ports = { ...disarmPorts, ...drainPorts, say, previewed };
  writeOutput("outputs", await deploy(ports, oneStack([stack], "deploy"), options));
});
