import type { ProgramDescription } from "./drill";
import { type Declarations, textOf } from "./emulator/program";

/** The database and its master user, as the writer's cluster declares them. */
export function databaseOf(declarations: Declarations) {
  const writer = declarations.one(
    "rds/cluster:Cluster",
    ({ inputs }) => "masterUsername" in inputs,
  );
  return {
    database: textOf(writer, "databaseName"),
    master: {
      username: textOf(writer, "masterUsername"),
      password: textOf(writer, "masterPassword"),
    },
  };
}

/** Text of the secret with the keys of clients' tokens. */
export function tokenKeysOf(declarations: Declarations): string {
  const { tokenSecretArn } = declarations.program.outputs;
  const version = declarations.one(
    "secretsmanager/secretVersion:SecretVersion",
    ({ inputs }) => inputs["secretId"] === tokenSecretArn,
  );
  return textOf(version, "secretString");
}

/** Names of the composite alarms whose actions lead to a failover, directly or by a topic. */
export function failoverAlarms(program: ProgramDescription): ReadonlySet<string> {
  const topics = program.topics.filter(({ subscriptions }) => subscriptions.length > 0);
  const targets = [...program.functions.keys(), ...topics.map(({ arn }) => arn)];
  const leading = program.composites.filter(({ actions }) =>
    actions.ALARM.some((arn) => targets.includes(arn)),
  );
  return new Set(leading.map(({ name }) => name));
}
