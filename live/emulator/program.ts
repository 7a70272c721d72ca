import type { CapturedProgram, CapturedResource } from "../../support/capture/capture";

export type Inputs = Readonly<Record<string, unknown>>;

/** A captured resource of AWS. */
export interface Declared {
  id: string;
  region: string;
  inputs: Inputs;
  state: Inputs;
  code: Readonly<Record<string, string>>;
}

/** What the program declares, by type. */
export class Declarations {
  private readonly byType = new Map<string, Declared[]>();

  constructor(readonly program: CapturedProgram) {
    for (const resource of program.resources) {
      if (!resource.custom) continue;
      const list = this.byType.get(resource.type) ?? [];
      this.byType.set(resource.type, list);
      list.push(declared(resource));
    }
  }

  /** @param type without the provider, as `sqs/queue:Queue` */
  all(type: string): readonly Declared[] {
    return this.byType.get(`aws:${type}`) ?? [];
  }

  /** @throws Error if there is not exactly one. */
  one(type: string, isMeant: (declared: Declared) => boolean = () => true): Declared {
    const found = this.all(type).filter(isMeant);
    if (found.length === 1) return found[0]!;
    throw new Error(`live: the program declares ${found.length} of ${type}; expected is one`);
  }
}

function declared({ id, region = "", inputs, state, code = {} }: CapturedResource): Declared {
  return { id, region, inputs, state, code };
}

export const textOf = ({ inputs }: Pick<Declared, "inputs">, name: string): string =>
  String(inputs[name]);

/** Members of an input that may be absent. */
export const listOf = <Each = string>({ inputs }: Pick<Declared, "inputs">, name: string): Each[] =>
  (inputs[name] ?? []) as Each[];

/** The same object with names as AWS's API has them: `fooBar` becomes `FooBar`. */
export function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalized);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      capitalized(each),
    ]),
  );
}
