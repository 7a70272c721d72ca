import { statefulTypes } from "../../lib/platform/statefulTypes";
import type { CapturedResource } from "../../support/capture/capture";

const STACK = "pulumi:pulumi:Stack";

/**
 * The part of each resource's URN behind stack and project, as the engine makes it: the types of all
 * its parents, which Pulumi's mocks leave out, its own type, and its name.
 */
function urnsOf(resources: readonly CapturedResource[]): Map<CapturedResource, string> {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  const types = (resource: CapturedResource | undefined): string[] =>
    resource === undefined || resource.type === STACK
      ? []
      : [...types(byUrn.get(resource.parent ?? "")), resource.type];
  return new Map(resources.map((each) => [each, `${types(each).join("$")}::${each.name}`]));
}

const formerUrn = (alias: string): string =>
  alias.split("::").slice(2).join("::").replace(`${STACK}$`, "");

export function statefulUrns(resources: readonly CapturedResource[]): string[] {
  const urns = urnsOf(resources);
  return resources.filter(({ type }) => statefulTypes.has(type)).map((each) => urns.get(each)!);
}

/** What would happen to stateful resources of a live stack, a sentence each; none where all is well. */
export function urnProblems(
  listed: readonly string[],
  resources: readonly CapturedResource[],
): string[] {
  const former = resources.flatMap(({ aliases }) => aliases.map(formerUrn));
  const present = new Set([...urnsOf(resources).values(), ...former]);
  const lost = listed
    .filter((urn) => !present.has(urn))
    .map((urn) => `${urn} would be deleted or replaced: give the renamed resource an alias`);
  const known = new Set(listed);
  const unlisted = statefulUrns(resources)
    .filter((urn) => !known.has(urn))
    .map((urn) => `${urn} is not listed: UPDATE_INVENTORY=1 npx jest test/inventory adds it`);
  return [...lost, ...unlisted];
}
