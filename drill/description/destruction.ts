import type { Resource } from "./lookup";

/** What decides when a resource is deleted. */
export type Deletable = Pick<
  Resource,
  "urn" | "parent" | "provider" | "dependencies" | "propertyDependencies"
>;

/**
 * The waves in which `pulumi destroy` deletes, as the engine's `ScheduleDeletes` has them: what is in
 * one goes in parallel, and is gone before the next begins. Whatever a resource waits for, its
 * provider and its parent go in a later wave than it; so the children of a component go before what
 * the component waits for. Waves are counted from the last: what waits for nothing goes late, though
 * nothing depends on it. A component that is waited for is no case of its own, because Pulumi's SDK
 * names its children in its stead.
 * @throws Error on resources that wait for one another.
 */
export function destructionWaves<Each extends Deletable>(
  resources: readonly Each[],
): readonly (readonly Each[])[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const distances = new Map<string, number | "being measured">();

  const distanceOf = (resource: Each): number => {
    const known = distances.get(resource.urn);
    if (known === "being measured") throw new Error(`${resource.urn} waits for itself`);
    if (known !== undefined) return known;
    distances.set(resource.urn, "being measured");
    let distance = 0;
    for (const urn of outliving(resource)) {
      const other = byUrn.get(urn);
      if (other !== undefined) distance = Math.max(distance, distanceOf(other) + 1);
    }
    distances.set(resource.urn, distance);
    return distance;
  };

  const waves: Each[][] = [];
  for (const resource of resources) (waves[distanceOf(resource)] ??= []).push(resource);
  return waves.reverse();
}

function outliving({
  parent,
  provider,
  dependencies = [],
  propertyDependencies = {},
}: Deletable): string[] {
  const named = [...dependencies, ...Object.values(propertyDependencies).flat()];
  return [...named, ...[parent, provider].filter((urn) => urn !== undefined)];
}
