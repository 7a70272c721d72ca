import type { Resource } from "../../drill/description/lookup";
import { describeProgram } from "../../drill/description/program";
import type { Handlers } from "../../drill/handlers";
import { type ResourceEdit, editedBy } from "../../drill/mutations/edits";
import { World } from "../../drill/world/world";

/** The edited program with handlers of the test's own, in which nobody but the test starts anything. */
export function worldOf(
  resources: readonly Resource[],
  edits: readonly ResourceEdit[],
  handlers: Handlers,
): World {
  const program = describeProgram(editedBy(edits, resources));
  const world = new World({ seed: "1", program, handlers });
  world.schedules.rules.clear();
  return world;
}
