import type { Resource } from "../description/lookup";

/** The same resource with other properties, in its inputs and in what became of them. */
export function withProperties(resource: Resource, properties: Record<string, unknown>): Resource {
  return {
    ...resource,
    inputs: { ...resource.inputs, ...properties },
    state: { ...resource.state, ...properties },
  };
}

/**
 * Edits the resources that `isMeant` picks.
 * @throws Error where none is: a mutation that changes nothing proves nothing.
 */
export function editing(
  what: string,
  isMeant: (resource: Resource) => boolean,
  edit: (resource: Resource) => Resource,
): (resources: readonly Resource[]) => readonly Resource[] {
  return (resources) => {
    if (!resources.some(isMeant)) throw new Error(`mutation: the program has no ${what} to edit`);
    return resources.map((resource) => (isMeant(resource) ? edit(resource) : resource));
  };
}

/** Replaces text in all values, however deep; keys that `isKept` names stay as they are. */
export function replaceText(
  value: unknown,
  replace: (text: string) => string,
  isKept: (key: string) => boolean = () => false,
): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((each) => replaceText(each, replace, isKept));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      isKept(key) ? each : replaceText(each, replace, isKept),
    ]),
  );
}
