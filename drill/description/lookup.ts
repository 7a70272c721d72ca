import { NotModelledError } from "../../support/aws/errors";

/** The parts of a captured resource from which the world is built. */
export interface Resource {
  urn: string;
  type: string;
  name: string;
  /** The ID that AWS would assign; empty for components. */
  id: string;
  region?: string | undefined;
  provider?: string | undefined;
  parent?: string | undefined;
  /** URNs of its dependencies. */
  dependencies?: readonly string[] | undefined;
  propertyDependencies?: Readonly<Record<string, readonly string[]>> | undefined;
  inputs: Record<string, unknown>;
  /** The inputs, and what AWS would compute: arn, id, url, endpoint, ... */
  state: Record<string, unknown>;
}

/** Property values; undefined if the program does not set a property. */
export type Properties = Record<string, unknown>;

/** The captured resources of one program, found by type and by ARN. */
export class Lookup {
  private readonly byType = new Map<string, Resource[]>();
  /** The types that were asked for. */
  readonly read = new Set<string>();

  constructor(readonly resources: readonly Resource[]) {
    for (const resource of resources) {
      const found = this.byType.get(resource.type);
      if (found === undefined) this.byType.set(resource.type, [resource]);
      else found.push(resource);
    }
  }

  /** @param type for example `aws:sqs/queue:Queue` */
  all(type: string): readonly Resource[] {
    this.read.add(type);
    return this.byType.get(type) ?? [];
  }
}

/** A required text property: the world cannot be built without it. */
export function text(resource: Resource, property: string): string {
  const value = resource.state[property];
  if (typeof value !== "string" || value === "") {
    throw new Error(
      `${resource.type} ${resource.name}: ${property} is ${JSON.stringify(value)}, ` +
        "expected a text; look at the capture of the program",
    );
  }
  return value;
}

export function optionalText(resource: Resource, property: string): string | undefined {
  const value = resource.state[property];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number, or AWS's default if the program sets none. */
export function number(resource: Resource, property: string, awsDefault: number): number {
  const value = resource.state[property];
  if (value === undefined || value === null) return awsDefault;
  const parsed = Number(value);
  if (!Number.isFinite(parsed)) {
    throw new Error(
      `${resource.type} ${resource.name}: ${property} is ${JSON.stringify(value)}, expected a number`,
    );
  }
  return parsed;
}

export function optionalNumber(resource: Resource, property: string): number | undefined {
  const value = resource.state[property];
  return value === undefined || value === null ? undefined : number(resource, property, 0);
}

export function flag(resource: Resource, property: string, awsDefault = false): boolean {
  const value = resource.state[property];
  return value === undefined || value === null ? awsDefault : value === true || value === "true";
}

export function object(resource: Resource, property: string): Properties | undefined {
  const value = resource.state[property];
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Properties)
    : undefined;
}

export function list<Item = unknown>(resource: Resource, property: string): readonly Item[] {
  const value = resource.state[property];
  return Array.isArray(value) ? (value as Item[]) : [];
}

/** A parsed JSON property such as a policy; undefined if absent. */
export function json(resource: Resource, property: string): unknown {
  const value = resource.state[property];
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? (JSON.parse(value) as unknown) : value;
}

/** @throws NotModelledError if a resource sets a property whose effect is not modelled */
export function refuse(resource: Resource, ...properties: readonly string[]): void {
  for (const property of properties) {
    const value = resource.state[property];
    const isSet = Array.isArray(value) ? value.length > 0 : Boolean(value);
    if (isSet) throw new NotModelledError(`${property} of ${resource.type} ${resource.name}`);
  }
}

/** The region in which a regional resource was declared. */
export function regionOf(resource: Resource): string {
  if (resource.region === undefined) {
    throw new Error(`${resource.type} ${resource.name} has no region: give it a provider`);
  }
  return resource.region;
}
