import { fixedAssumptions } from "../fixedAssumptions";
import {
  type Lookup,
  type Resource,
  json,
  list,
  number,
  object,
  optionalNumber,
  optionalText,
  regionOf,
  text,
} from "./lookup";
import { type Statement, describeRoles, parsePolicy, pattern } from "./policy";

/** Permission to invoke a function: one `aws.lambda.Permission`. */
export interface InvokePermission {
  principal: string;
  sourceArn: RegExp | undefined;
  sourceAccount: string | undefined;
}

export interface FunctionDescription {
  name: string;
  arn: string;
  region: string;
  /** The handler's file name without extension, which identifies the shipped factory. */
  stem: string;
  environment: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** How long its share of a CPU takes to prepare one call to a service. */
  callCpuMs: number;
  /** On how many threads Node.js resolves names at once: half of libuv's. */
  lookupThreads: number;
  /** Undefined if the function uses the account's unreserved concurrency. */
  reservedConcurrency: number | undefined;
  roleArn: string;
  /** The policy statements of its role. */
  role: readonly Statement[];
  permissions: readonly InvokePermission[];
  asyncRetries: number;
  asyncMaxAgeMs: number;
  deadLetterArn: string | undefined;
  /**
   * Services reachable through the VPC's endpoints, with the endpoints' policies; undefined outside
   * a VPC.
   */
  vpcServices: ReadonlyMap<string, readonly Statement[]> | undefined;
}

/** All functions of the program, by ARN. */
export function describeFunctions(lookup: Lookup): Map<string, FunctionDescription> {
  const roles = describeRoles(lookup);
  const functions = new Map<string, FunctionDescription>();
  for (const resource of lookup.all("aws:lambda/function:Function")) {
    const description = describeFunction(lookup, resource, roles);
    functions.set(description.arn, description);
  }
  return functions;
}

/** Lambda gives CPU in proportion to memory. A handler's own code uses one CPU at most. */
function cpuShare(memoryMb: number): number {
  return Math.min(1, memoryMb / fixedAssumptions.oneCpuMemoryMb.value);
}

/** libuv's threads. */
function threadsOf(environment: Readonly<Record<string, string>>): number {
  return Number(environment["UV_THREADPOOL_SIZE"] ?? fixedAssumptions.threadpoolSize.value);
}

function describeFunction(
  lookup: Lookup,
  resource: Resource,
  roles: Map<string, Statement[]>,
): FunctionDescription {
  const name = text(resource, "name");
  const arn = text(resource, "arn");
  const region = regionOf(resource);
  const roleArn = text(resource, "role");
  const isMine = (other: Resource, property: string): boolean =>
    other.region === region && namesFunction(text(other, property), name, arn);
  const invokeConfig = lookup
    .all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    .find((config) => isMine(config, "functionName"));
  const reserved = optionalNumber(resource, "reservedConcurrentExecutions");
  const environment = variablesOf(object(resource, "environment")?.["variables"], region);
  return {
    name,
    arn,
    region,
    stem: text(resource, "handler").replace(/\.[^.]+$/, ""),
    environment,
    timeoutMs: number(resource, "timeout", 3) * 1000,
    callCpuMs: fixedAssumptions.callCpuMs.value / cpuShare(number(resource, "memorySize", 128)),
    lookupThreads: Math.ceil(threadsOf(environment) / 2),
    reservedConcurrency: reserved === undefined || reserved < 0 ? undefined : reserved,
    roleArn,
    role: roles.get(roleArn) ?? [],
    permissions: lookup
      .all("aws:lambda/permission:Permission")
      .filter((permission) => isMine(permission, "function"))
      .map(describePermission),
    asyncRetries: invokeConfig === undefined ? 2 : number(invokeConfig, "maximumRetryAttempts", 2),
    asyncMaxAgeMs:
      (invokeConfig === undefined
        ? 21_600
        : number(invokeConfig, "maximumEventAgeInSeconds", 21_600)) * 1000,
    deadLetterArn: object(resource, "deadLetterConfig")?.["targetArn"] as string | undefined,
    vpcServices: servicesInVpc(lookup, resource),
  };
}

function namesFunction(reference: string, name: string, arn: string): boolean {
  return reference === name || reference === arn;
}

/** A function's environment variables: its own, and those that Lambda adds. */
export function variablesOf(variables: unknown, region: string): Record<string, string> {
  return { ...(variables as Record<string, string> | undefined), AWS_REGION: region };
}

function describePermission(resource: Resource): InvokePermission {
  const sourceArn = optionalText(resource, "sourceArn");
  return {
    principal: text(resource, "principal"),
    sourceArn: sourceArn === undefined ? undefined : pattern(sourceArn),
    sourceAccount: optionalText(resource, "sourceAccount"),
  };
}

/** Inside a VPC without NAT, only services with an endpoint in that VPC can be reached. */
function servicesInVpc(lookup: Lookup, resource: Resource): FunctionDescription["vpcServices"] {
  const subnetIds = object(resource, "vpcConfig")?.["subnetIds"] as string[] | undefined;
  if (subnetIds === undefined || subnetIds.length === 0) return undefined;
  const vpcIds = new Set(
    lookup
      .all("aws:ec2/subnet:Subnet")
      .filter((subnet) => subnetIds.includes(subnet.id))
      .map((subnet) => text(subnet, "vpcId")),
  );
  return new Map(
    lookup
      .all("aws:ec2/vpcEndpoint:VpcEndpoint")
      .filter((endpoint) => vpcIds.has(text(endpoint, "vpcId")) && isRouted(endpoint))
      .map((endpoint) => [
        text(endpoint, "serviceName").split(".").at(-1)!,
        parsePolicy(json(endpoint, "policy") ?? fullAccess),
      ]),
  );
}

/** The policy of an endpoint without one (AWS PrivateLink guide: default endpoint policy). */
const fullAccess = { Statement: { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" } };

/**
 * A gateway endpoint without a route table has no effect, nor has an interface endpoint without a
 * subnet.
 */
function isRouted(endpoint: Resource): boolean {
  return optionalText(endpoint, "vpcEndpointType") === "Interface"
    ? list(endpoint, "subnetIds").length > 0
    : list(endpoint, "routeTableIds").length > 0;
}

/** Whether a service may invoke a function on behalf of one of its resources. */
export function mayInvoke(
  description: FunctionDescription,
  principal: string,
  sourceArn: string,
  account: string,
): boolean {
  return description.permissions.some(
    (permission) =>
      permission.principal === principal &&
      (permission.sourceArn === undefined || permission.sourceArn.test(sourceArn)) &&
      (permission.sourceAccount === undefined || permission.sourceAccount === account),
  );
}
