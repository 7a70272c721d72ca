import type { Resource } from "../description/lookup";
import { describeProgram } from "../description/program";
import type { Handlers } from "../handlers";
import { type ResourceEdit, editedBy } from "../mutations/edits";
import { World } from "../world/world";

/**
 * A world of the edited program with the test's own handlers. Only the test starts anything in it.
 */
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
