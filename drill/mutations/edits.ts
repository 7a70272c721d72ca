import type { Resource } from "../description/lookup";

/** A copy of the resource with other properties, in its inputs and its state. */
export function withProperties(resource: Resource, properties: Record<string, unknown>): Resource {
  return {
    ...resource,
    inputs: { ...resource.inputs, ...properties },
    state: { ...resource.state, ...properties },
  };
}

/** The environment variables of a function. */
export function variablesOf({ state }: Resource): Record<string, string> {
  return (state["environment"] as { variables: Record<string, string> }).variables;
}

/**
 * Edits the resources that `isMeant` selects. @throws Error if it selects none: a mutation that
 * changes nothing proves nothing.
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

/** Replaces text in all nested values, except under keys that `isKept` selects. */
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

/**
 * An edit as data: it changes properties of the resources with this type (and logical name), or
 * removes them.
 */
export interface ResourceEdit {
  type: string;
  name?: string;
  set?: Record<string, unknown>;
  remove?: boolean;
}

/** @throws Error if an edit finds nothing to change */
export function editedBy(
  edits: readonly ResourceEdit[],
  resources: readonly Resource[],
): readonly Resource[] {
  return edits.reduce((edited, { type, name, set = {}, remove = false }) => {
    const isMeant = (resource: Resource): boolean =>
      resource.type === type && (name === undefined || resource.name === name);
    const found = editing(`${type} ${name ?? ""}`, isMeant, (resource) =>
      withProperties(resource, set),
    )(edited);
    return remove ? found.filter((resource) => !isMeant(resource)) : found;
  }, resources);
}
