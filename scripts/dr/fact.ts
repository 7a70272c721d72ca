import { DrError } from "./exit";
import { explain } from "./aws";
import { textTable } from "../../support/cli/table";

/** Something that a command has asked for: its value, or why it is not known. */
export type Fact<Value> = { value: Value } | { problem: string };

/** Asks for a fact. A failure does not stop the others: in an outage, some must fail. */
export async function fact<Value>(ask: () => Promise<Value>): Promise<Fact<Value>> {
  try {
    return { value: await ask() };
  } catch (error) {
    return { problem: error instanceof DrError ? error.message : explain(error) };
  }
}

/** A fact from the first region that gives it. */
export async function fromFirst<Value, Region extends { name: string }>(
  regions: readonly Region[],
  ask: (region: Region) => Promise<Value>,
): Promise<Fact<Value>> {
  const problems: string[] = [];
  for (const region of regions) {
    const found = await fact(() => ask(region));
    if ("value" in found) return found;
    problems.push(`${region.name}: ${found.problem}`);
  }
  return { problem: problems.join("; ") };
}

/** A table of facts, with the reason in place of a value that is not known. */
export function factsText(facts: readonly (readonly [string, Fact<string>])[]): string {
  return textTable(
    facts.map(([name, found]) => [name, "value" in found ? found.value : `? ${found.problem}`]),
  );
}

export function mapFact<A, B>(found: Fact<A>, to: (value: A) => B): Fact<B> {
  return "value" in found ? { value: to(found.value) } : found;
}
