import type { Runtime } from "./shipped";
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
  /** What `program` and `weave` change, in a reader's words; sources name their files themselves. */
  readonly edits?: string;
}

/** Several mutations as one, in order. */
export function combined(name: string, mutations: readonly Mutation[]): Mutation {
  const weavings = mutations.flatMap(({ weave }) => weave ?? []);
  const edits = mutations.flatMap((mutation) => mutation.edits ?? []);
  return {
    name,
    program: (resources) =>
      mutations.reduce((edited, each) => each.program?.(edited) ?? edited, resources),
    sources: mutations.flatMap(({ sources = [] }) => sources),
    ...(weavings.length === 0
      ? {}
      : {
          weave: (runtime, description) =>
            weavings.reduce((woven, weave) => weave(woven, description), runtime),
        }),
    ...(edits.length === 0 ? {} : { edits: edits.join(", ") }),
  };
}

/** The files and resources that a mutation changes. */
export function changesOf({ sources = [], edits }: Mutation): string {
  const files = new Set(sources.map(({ file }) => file.replace(/^lambda\//, "")));
  return [...files, ...(edits === undefined ? [] : [edits])].join(", ");
}
