import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { after, test } from "node:test";
import { assertStagesCallLiveFunctions } from "../checks";
import { projectDir } from "../program";
import { Rig } from "../rig";

const rigs: Rig[] = [];
after(() => rigs.forEach((rig) => rig.close()));

async function deployed(): Promise<Rig> {
  const rig = await Rig.create();
  rigs.push(rig);
  await rig.up();
  return rig;
}

/** Types and names of what holds data, or keys to it. */
const stateful = readFileSync(path.join(projectDir, "test/statefulUrns.txt"), "utf8").split("\n");
const isStateful = ({ urn }: { urn: string }) =>
  stateful.includes(urn.split("::").slice(2).join("::"));

void test("a live ephemeral stack becomes durable, and nothing that holds data is replaced", async () => {
  const rig = await deployed();
  const before = rig.journal().length;
  await rig.configure({ retention: "durable" });
  await rig.up();
  const changed = rig.journal(before).filter(isStateful);
  assert.ok(changed.some(({ op }) => op === "update"));
  const replaced = changed.filter(({ op }) => op === "create" || op === "delete");
  assert.deepEqual(replaced, []);
  await rig.upAgain();
});

void test("after all functions are renamed, the stages call the new ones", async () => {
  const rig = await deployed();
  assertStagesCallLiveFunctions(rig);
  await rig.program({
    file: "lib/functions/lambdaFunction.ts",
    from: 'this.nameOf("function", functionBaseName(',
    to: 'this.nameOf("function", "new-" + functionBaseName(',
  });
  await rig.up();
  assertStagesCallLiveFunctions(rig);
});

void test("a deployment fails if its migrations were applied in no region", async () => {
  const rig = await deployed();
  await rig.program({
    file: "lib/functions/dbMigration.ts",
    from: `'"not the writer"'`,
    to: `""`,
  });
  await assert.rejects(rig.up(), /nothing was migrated; once one of them is active/);
  await rig.program();
  await rig.upAgain();
});
