import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type DisarmPorts, disarm, disarmPorts } from "./disarm";
import { type DrainPorts, databaseIn, describe, drainPorts } from "./drain";
import { rotateKeys } from "./rotation/rotateKeys";
import { rotateMaster } from "./rotation/rotateMaster";
import { runAsScript } from "./cli";
import { regionOf, stateOf } from "./stacks";

/** The secrets that can be rotated, by the names of their resources. */
const resourceNames = {
  "token-keys": "tokens",
  "canary-keys": "tokens-canary",
  master: "aurora-master",
} as const;

type What = keyof typeof resourceNames;

export type RotatePorts = DisarmPorts &
  DrainPorts & {
    secrets: (region: string) => Pick<SecretsManagerClient, "send">;
    randomText: () => string;
  };

export interface RotateOptions {
  readonly lifetimeHours: number;
  readonly leaked: boolean;
}

/** Rotates a secret of a stack. `pulumi up` does not undo it. */
export async function rotate(
  ports: RotatePorts,
  stack: string,
  what: What,
  options: RotateOptions,
): Promise<void> {
  const { clock, say, randomText } = ports;
  const state = stateOf(ports.cli, stack);
  const secretArn = idOf(state, "aws:secretsmanager/secret:Secret", resourceNames[what]);
  const common = { clock, say, randomText, secrets: ports.secrets(regionOf(secretArn)) };
  if (what !== "master") return rotateKeys(common, { secretArn, ...options });
  const database = databaseIn(state);
  const global = database && (await describe(ports, database));
  const clusterArn = global?.GlobalClusterMembers?.find(({ IsWriter }) => IsWriter)?.DBClusterArn;
  if (clusterArn === undefined) throw new Error("rotate: no cluster writes; look at RDS first");
  // An activation signs in as the master user, so there must be no takeover meanwhile.
  say(await disarm(ports, stack));
  const region = regionOf(clusterArn);
  const clients = { rds: ports.rds(region), lambda: ports.lambda(region) };
  await rotateMaster(
    { ...common, ...clients },
    { secretArn, clusterArn, migrationArn: migrationIn(state, region) },
  );
}

interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly outputs?: { arn?: string };
}

const resourcesOf = (state: unknown) =>
  (state as { deployment?: { resources?: Exported[] } }).deployment?.resources ?? [];

function idOf(state: unknown, type: string, name: string): string {
  const found = resourcesOf(state).find(
    (each) => each.type === type && each.urn.endsWith(`::${name}`),
  );
  if (!found?.id) throw new Error(`rotate: the stack has no ${name}; run \`pulumi up\` first`);
  return found.id;
}

function migrationIn(state: unknown, region: string): string {
  const arns = resourcesOf(state)
    .filter(({ urn }) => /::dbMigration-\w+$/.test(urn))
    .flatMap(({ type, outputs }) =>
      type === "aws:lambda/function:Function" ? (outputs?.arn ?? []) : [],
    );
  const found = arns.find((arn) => regionOf(arn) === region);
  if (found === undefined) throw new Error(`rotate: the stack has no db-migration in ${region}`);
  return found;
}

export const rotatePorts: RotatePorts = {
  ...disarmPorts,
  ...drainPorts,
  secrets: (region) => new SecretsManagerClient({ region }),
  // 40 characters without those that Aurora does not allow.
  randomText: () => randomBytes(30).toString("base64url"),
};

runAsScript(module, async (args) => {
  const options = {
    "lifetime-hours": { type: "string", default: "24" },
    leaked: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [stack, what, ...rest] = positionals;
  const lifetimeHours = Number(values["lifetime-hours"]);
  if (!stack || !what || !(what in resourceNames) || rest.length > 0 || !(lifetimeHours > 0)) {
    const allowed = `a stack and ${Object.keys(resourceNames).join(", ")}`;
    throw new Error(
      `rotate: got "${args.join(" ")}"; allowed are ${allowed}, like: dev token-keys`,
    );
  }
  await rotate(rotatePorts, stack, what as What, { lifetimeHours, leaked: values.leaked });
});
