import type { Properties, Resource } from "../description/lookup";
import type { Mutation } from "../mutation";
import { editing, variablesOf, withProperties } from "./edits";

/**
 * `/health?after=n` answers 200 if the ledger's epoch is above n, even if the region is not active.
 */
export const standbyCountsAsActive: Mutation = {
  name: "standby counts as active in health",
  sources: [
    {
      file: "lambda/control/rules.ts",
      from: "return (control.target ?? control.active) === region && control.epoch > epoch;",
      to: "return control.epoch > epoch;",
    },
  ],
};

/** The one resource of a type that a function has in each region: its name ends with the region. */
const isOf = (type: string, stem: string) => (resource: Resource) =>
  resource.type === type && new RegExp(`^${stem}-[a-z0-9]+$`).test(resource.name);

/** Copies what a function needs to reach its region's database from settlement-sweep. */
function databaseOf(health: Resource, type: string, resources: readonly Resource[]): Resource {
  const sweep = resources.find(
    (each) => isOf(type, "settlementSweep")(each) && each.region === health.region,
  );
  if (sweep === undefined) throw new Error(`mutation: no ${type} of settlement-sweep`);
  return sweep;
}

function statementsOf({ state }: Resource): { Sid?: string }[] {
  return (JSON.parse(state["policy"] as string) as { Statement: { Sid?: string }[] }).Statement;
}

function intoNetwork(resources: readonly Resource[]): readonly Resource[] {
  const type = "aws:lambda/function:Function";
  return editing("function health", isOf(type, "health"), (health) => {
    const sweep = databaseOf(health, type, resources);
    const variables: Properties = { ...variablesOf(health) };
    for (const name of ["DATABASE_READER_ENDPOINT", "DATABASE_NAME"]) {
      variables[name] = variablesOf(sweep)[name];
    }
    const environment = { variables };
    return withProperties(health, { environment, vpcConfig: sweep.state["vpcConfig"] });
  })(resources);
}

function maySignIn(resources: readonly Resource[]): readonly Resource[] {
  const type = "aws:iam/rolePolicy:RolePolicy";
  return editing("policy of health", isOf(type, "health"), (policy) => {
    const database = statementsOf(databaseOf(policy, type, resources)).filter(
      ({ Sid }) => Sid === "Database",
    );
    if (database.length === 0) throw new Error("mutation: settlement-sweep may not sign in");
    const Statement = [...statementsOf(policy), ...database];
    return withProperties(policy, { policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  })(resources);
}

/** `/health` answers 503 while the region's database does not answer queries. */
export const healthIncludesDatabase: Mutation = {
  name: "health includes the database",
  edits: "health-*",
  program: (resources) => maySignIn(intoNetwork(resources)),
  sources: [
    {
      file: "lambda/handlers/health.ts",
      from: 'if (present === null) return answer(503, { region, ledger: "unreachable" });',
      to: `if (present === null) return answer(503, { region, ledger: "unreachable" });
      const isThere = await within(runtime.clock, OBSERVE_TIMEOUT_MS, "the database", () =>
        sql(PROBE_WRITER, []),
      ).catch(() => undefined);
      if (isThere === undefined) return answer(503, { region, database: "unreachable" });`,
    },
    {
      file: "lambda/handlers/health.ts",
      from: "const beat = heartbeat(runtime, table, region, log);",
      to: `const beat = heartbeat(runtime, table, region, log);
      const sql = runtime.sql({
        endpoint: variable(runtime.env, "DATABASE_READER_ENDPOINT"),
        database: variable(runtime.env, "DATABASE_NAME"),
        as: "application",
      });`,
    },
    {
      file: "lambda/handlers/health.ts",
      from: 'import { cachedControl } from "../control/controlItem";',
      to: `import { cachedControl } from "../control/controlItem";
      import { within } from "../runtime/clock";
      import { PROBE_WRITER } from "../orders/database";
      import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";`,
    },
  ],
};
