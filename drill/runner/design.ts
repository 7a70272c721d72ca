import type { Resource } from "../description/lookup";
import { describeProgram } from "../description/program";
import { evaluateHandlers } from "../evaluateHandlers";
import { mutations } from "../mutations";
import type { Platform } from "../scenario/platform";
import { OURS } from "./options";

/** A design as sent to a worker: its name, and its handlers bundled with its edits. */
export interface BundledDesign {
  name: string;
  bundle: string;
}

/** A platform with the name of its design. */
export interface Design {
  name: string;
  platform: Platform;
}

/** Names that `--design` accepts: ours, and every mutation. */
export const designNames: readonly string[] = [OURS, ...mutations.keys()];

export function designOf({ name, bundle }: BundledDesign, resources: readonly Resource[]): Design {
  const mutation = mutations.get(name);
  return {
    name,
    platform: {
      program: describeProgram(mutation?.program?.(resources) ?? resources),
      handlers: evaluateHandlers(bundle),
      weave: mutation?.weave,
    },
  };
}
