import * as ts from "typescript";

/** Names imported from each package of a client; `*` for all of it. */
export type ClientImports = ReadonlyMap<string, ReadonlySet<string>>;

/** Clients of AWS's services and of the database. A library, like the one for tokens, is our own choice. */
const CLIENT = /^(@aws-sdk\/.+|pg)$/;

/** What sources import of clients, types left out: a bundle has none. */
export function clientImports(sources: readonly string[]): ClientImports {
  const found = new Map<string, Set<string>>();
  for (const text of sources) {
    const { statements } = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest);
    for (const statement of statements.filter(ts.isImportDeclaration)) {
      const from = statement.moduleSpecifier;
      if (!ts.isStringLiteral(from) || !CLIENT.test(from.text)) continue;
      const names = found.get(from.text) ?? new Set();
      for (const name of namesOf(statement.importClause)) names.add(name);
      if (names.size > 0) found.set(from.text, names);
    }
  }
  return found;
}

function namesOf(clause: ts.ImportClause | undefined): string[] {
  if (clause === undefined) return ["*"];
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const names = clause.name === undefined ? [] : ["default"];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, "*"];
  const values = bindings.elements.filter((element) => !element.isTypeOnly);
  return [...names, ...values.map((element) => (element.propertyName ?? element.name).text)];
}

/** A module that has nothing but these imports, in a fixed order. */
export function reexport(clients: ClientImports): string {
  const packages = [...clients].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = packages.map(([from, names], index) => {
    if (names.has("*")) return `export * as all${index} from ${JSON.stringify(from)};`;
    const list = [...names].sort().map((name) => `${name} as ${name}${index}`);
    return `export { ${list.join(", ")} } from ${JSON.stringify(from)};`;
  });
  return lines.join("\n");
}
