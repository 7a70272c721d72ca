import type { Resource } from "./lookup";

/** The properties that determine when a resource is deleted. */
export type Deletable = Pick<
  Resource,
  "urn" | "parent" | "provider" | "dependencies" | "propertyDependencies"
>;

/**
 * The waves in which `pulumi destroy` deletes resources, as computed by `ScheduleDeletes` in
 * Pulumi's engine. Resources of one wave are deleted in parallel, before the next wave begins. A
 * resource is deleted in an earlier wave than its dependencies, its provider and its parent. So the
 * children of a component are deleted before the component's dependencies. Waves are counted from
 * the last one: a resource without dependencies is deleted late even if nothing depends on it.
 * Components that others depend on need no special case, because Pulumi's SDK replaces them by
 * their children. @throws Error if resources depend on one another in a cycle.
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
