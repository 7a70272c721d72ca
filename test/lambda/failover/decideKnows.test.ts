import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";

describe("what decide can know", () => {
  const file = (name: string) => join(__dirname, "../../../lambda", `${name}.ts`);
  const source = (name: string) =>
    ts.createSourceFile(name, readFileSync(file(name), "utf8"), ts.ScriptTarget.ES2022, true);

  function fieldsOf(name: string, type: string): string[] {
    const found = source(name).statements.find(
      (one): one is ts.InterfaceDeclaration =>
        ts.isInterfaceDeclaration(one) && one.name.text === type,
    );
    if (found === undefined) throw new Error(`no interface ${type} in ${name}.ts`);
    return found.members.map((member) => member.name!.getText());
  }

  // A new field belongs here only if neither the region being left nor Route 53 has to answer it.
  test.each([
    [
      "failover/decide",
      "Observation",
      ["self", "home", "standby", "control", "evidence", "target", "command", "isTick", "memory"],
    ],
    ["failover/decide", "TargetDatabase", ["isWriter", "isPromoting", "isReady"]],
    ["failover/decide", "Memory", ["sweptEpoch", "repointTriedEpoch", "paged"]],
    ["detection/signs", "Evidence", ["looks", "aliveAtMs", "progress", "waitingSinceMs"]],
    ["detection/signs", "Look", ["atMs", "home", "canary", "aliveAgeMs"]],
    ["detection/signs", "Progress", ["epoch", "firstAtMs", "lastAtMs", "newestOrderAtMs"]],
  ])("%s.ts: %s", (name, type, fields) => {
    expect(fieldsOf(name, type)).toEqual(fields);
  });

  test.each([
    ["failover/decide", ["./control", "../detection/signs", "./tunables"]],
    ["detection/signs", ["../failover/control", "./tunables"]],
    ["failover/control", []],
    ["failover/rules", ["./control"]],
  ])("%s.ts is pure: it imports nothing that could ask anybody", (name, imports) => {
    const found = source(name).statements.filter(ts.isImportDeclaration);
    expect(found.map((one) => (one.moduleSpecifier as ts.StringLiteral).text)).toEqual(imports);
    expect(readFileSync(file(name), "utf8")).not.toMatch(/Date\.now|new Date|Math\.random|await/);
  });

  test("decide.ts stays below 250 lines", () => {
    expect(readFileSync(file("failover/decide"), "utf8").split("\n").length - 1).toBeLessThan(250);
  });
});
