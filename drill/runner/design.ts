import type { Resource } from "../description/lookup";
import { describeProgram } from "../description/program";
import { evaluateHandlers } from "../evaluateHandlers";
import { mutations } from "../mutations";
import type { Platform } from "../scenario/platform";
import { OURS } from "./options";

/** What a worker is sent once: everything of the platform that can be sent. */
export interface Opening {
  resources: readonly Resource[];
  /** The handlers, bundled with the design's edits. */
  bundle: string;
  design: string;
}

/** A platform under the name of its design. */
export interface Design {
  name: string;
  platform: Platform;
}

/** Names that `--design` takes: ours, and every mutation. */
export const designNames: readonly string[] = [OURS, ...mutations.keys()];

export function designOf({ resources, bundle, design }: Opening): Design {
  const mutation = mutations.get(design);
  return {
    name: design,
    platform: {
      program: describeProgram(mutation?.program?.(resources) ?? resources),
      handlers: evaluateHandlers(bundle),
      weave: mutation?.weave,
    },
  };
}
