import type { FunctionDescription } from "./description/functions";
import type { Resource } from "./description/lookup";
import type { SourceEdit } from "./handlers";
import type { Clients } from "./world/environment";

/** Changes what one function receives: it may hold back a call or alter a value. */
export type Weaving = (runtime: Clients, description: FunctionDescription) => Clients;

/**
 * A change to the program or its handlers that shows what it breaks. Files on disk stay unchanged:
 * resources are edited after capture, sources while bundling, and calls as they are made.
 */
export interface Mutation {
  readonly name: string;
  readonly program?: (resources: readonly Resource[]) => readonly Resource[];
  readonly sources?: readonly SourceEdit[];
  readonly weave?: Weaving;
  /**
   * What `program` and `weave` change, for the report. Source edits name their files themselves.
   */
  readonly edits?: string;
}

/** Several mutations applied in order, as one. */
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
