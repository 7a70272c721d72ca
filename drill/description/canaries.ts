import type { AlarmDescription } from "./alarms";
import { variablesOf } from "./functions";
import type { FunctionDescription } from "./functions";
import { type Lookup, type Resource, flag, object, regionOf, text } from "./lookup";
import { periodOf } from "./messaging";
import { type Statement, describeRoles } from "./policy";

/** The namespace in which Synthetics publishes the results of canary runs. */
export const CANARY_NAMESPACE = "CloudWatchSynthetics";

/** A Synthetics canary: a script and its schedule. */
export interface CanaryDescription {
  name: string;
  region: string;
  isStarted: boolean;
  /** Interval between runs; Infinity for a canary that runs once. */
  periodMs: number;
  /** Where the artifacts of its runs are stored. */
  artifacts: { bucket: string; prefix: string };
  /** The function that Synthetics creates for it. */
  engine: FunctionDescription;
}

/** Without a timeout of its own, a run may last until the next one, but no longer than this. */
const TIMEOUT_MAX_MS = 840_000;

export function describeCanaries(lookup: Lookup): CanaryDescription[] {
  const roles = describeRoles(lookup);
  return lookup.all("aws:synthetics/canary:Canary").map((canary) => {
    const expression = object(canary, "schedule")?.["expression"] as string | undefined;
    // A rate of zero means a single run.
    const periodMs = periodOf(expression) || Infinity;
    return {
      name: text(canary, "name"),
      region: regionOf(canary),
      isStarted: flag(canary, "startCanary"),
      periodMs,
      artifacts: artifactsOf(canary),
      engine: engineOf(canary, periodMs, roles),
    };
  });
}

/** Whether an alarm watches a canary. */
export function watches({ region, metrics }: AlarmDescription, canary: CanaryDescription): boolean {
  return (
    region === canary.region &&
    metrics.some(({ seriesKey }) => {
      const [namespace, , ...dimensions] = seriesKey.split("|");
      return namespace === CANARY_NAMESPACE && dimensions.includes(`CanaryName=${canary.name}`);
    })
  );
}

function artifactsOf(canary: Resource): CanaryDescription["artifacts"] {
  const location = text(canary, "artifactS3Location");
  const parts = /^s3:\/\/([^/]+)\/(.+)$/.exec(location);
  if (parts === null) {
    throw new Error(
      `${canary.type} ${canary.name}: artifacts at ${location}, not s3://bucket/path`,
    );
  }
  return { bucket: parts[1]!, prefix: parts[2]! };
}

function engineOf(
  canary: Resource,
  periodMs: number,
  roles: Map<string, Statement[]>,
): FunctionDescription {
  const region = regionOf(canary);
  const roleArn = text(canary, "executionRoleArn");
  const runConfig = object(canary, "runConfig");
  const timeoutSeconds = runConfig?.["timeoutInSeconds"] as number | undefined;
  return {
    name: text(canary, "name"),
    arn: text(canary, "engineArn"),
    region,
    // `health.handler` is an entry to lambda/canary/healthCanary.
    stem: `${text(canary, "handler").replace(/\.[^.]+$/, "")}Canary`,
    environment: variablesOf(runConfig?.["environmentVariables"], region),
    timeoutMs:
      timeoutSeconds === undefined ? Math.min(periodMs, TIMEOUT_MAX_MS) : timeoutSeconds * 1000,
    // Canaries make one call at a time.
    callCpuMs: 0,
    lookupThreads: 2,
    reservedConcurrency: undefined,
    roleArn,
    role: roles.get(roleArn) ?? [],
    permissions: [],
    asyncRetries: 0,
    asyncMaxAgeMs: 0,
    deadLetterArn: undefined,
    vpcServices: undefined,
  };
}
