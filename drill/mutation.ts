import type { Runtime } from "../lambda/shared/runtime";
import type { FunctionDescription } from "./description/functions";
import type { Resource } from "./description/lookup";
import type { SourceEdit } from "./handlers";

/** Changes what one function is handed: a call kept back, a value altered. */
export type Weaving = (runtime: Runtime, description: FunctionDescription) => Runtime;

/**
 * A change to the program or to its handlers, to see what it breaks. Nothing on disk is touched:
 * resources are edited as captured, sources as they are bundled, calls as they are made.
 */
export interface Mutation {
  readonly name: string;
  readonly program?: (resources: readonly Resource[]) => readonly Resource[];
  readonly sources?: readonly SourceEdit[];
  readonly weave?: Weaving;
}

/** Several mutations as one, in order. */
export function combined(name: string, mutations: readonly Mutation[]): Mutation {
  return {
    name,
    program: (resources) =>
      mutations.reduce((edited, each) => each.program?.(edited) ?? edited, resources),
    sources: mutations.flatMap(({ sources = [] }) => sources),
    weave: (runtime, description) =>
      mutations.reduce((woven, each) => each.weave?.(woven, description) ?? woven, runtime),
  };
}
