import type { DbMigrationResult } from "../../../lambda/handlers/dbMigration";
import { whyUnmigrated } from "../../../lib/functions/dbMigration";

const migrated: DbMigrationResult = { status: "migrated", applied: [] };
const notTheWriter: DbMigrationResult = { status: "not the writer" };
const answered = (results: readonly DbMigrationResult[]) =>
  results.map((result, n) => ({ urn: `urn:${n}`, result: JSON.stringify(result) }));

test.each([
  ["home", [migrated, notTheWriter]],
  ["the standby", [notTheWriter, migrated]],
] as const)("a deployment goes on if %s was migrated", (_, results) => {
  expect(whyUnmigrated(answered(results))).toBeNull();
});

test("a deployment stops if neither region was the writer, and says how to go on", () => {
  const why = whyUnmigrated(answered([notTheWriter, notTheWriter]));
  expect(why).toContain("nothing was migrated");
  expect(why).toContain("pulumi up --replace 'urn:0' --replace 'urn:1'");
});
