import {
  type AlarmDescription,
  type CompositeDescription,
  describeAlarms,
  describeComposites,
} from "./alarms";
import { type ApiDescription, describeApis } from "./apis";
import { type CanaryDescription, describeCanaries } from "./canaries";
import {
  type GlobalDatabaseDescription,
  type TableDescription,
  describeGlobalDatabases,
  describeTables,
} from "./data";
import {
  type HealthCheckDescription,
  type RecordDescription,
  describeHealthChecks,
  describeRecords,
} from "./dns";
import { type FunctionDescription, describeFunctions } from "./functions";
import { Lookup, type Resource, text } from "./lookup";
import {
  type EventSourceDescription,
  type QueueDescription,
  type RuleDescription,
  type TopicDescription,
  describeEventSources,
  describeQueues,
  describeRules,
  describeTopics,
} from "./messaging";
import { type SecretDescription, describeSecrets } from "./secrets";
import { refuseUnknown } from "./withoutEffect";

/**
 * Everything from which the world is built. It is read once from the captured resources and never
 * changes: all worlds share it.
 */
export interface ProgramDescription {
  resources: readonly Resource[];
  account: string;
  homeRegion: string;
  standbyRegion: string;
  functions: ReadonlyMap<string, FunctionDescription>;
  queues: readonly QueueDescription[];
  eventSources: readonly EventSourceDescription[];
  rules: readonly RuleDescription[];
  topics: readonly TopicDescription[];
  tables: readonly TableDescription[];
  globalDatabases: readonly GlobalDatabaseDescription[];
  apis: readonly ApiDescription[];
  canaries: readonly CanaryDescription[];
  secrets: readonly SecretDescription[];
  alarms: readonly AlarmDescription[];
  composites: readonly CompositeDescription[];
  healthChecks: readonly HealthCheckDescription[];
  records: readonly RecordDescription[];
  /** Inputs of the functions that the deployment itself invokes, in order of declaration. */
  deploymentInvocations: readonly { functionReference: string; region: string; input: string }[];
}

export function describeProgram(resources: readonly Resource[]): ProgramDescription {
  const lookup = new Lookup(resources);
  const functions = describeFunctions(lookup);
  const first = [...functions.values()].find(
    (each) => each.environment["HOME_REGION"] !== undefined,
  );
  if (first === undefined) throw new Error("no function of the program knows HOME_REGION");
  const program: ProgramDescription = {
    resources,
    account: first.arn.split(":")[4]!,
    homeRegion: first.environment["HOME_REGION"]!,
    standbyRegion: first.environment["STANDBY_REGION"]!,
    functions,
    queues: describeQueues(lookup),
    eventSources: describeEventSources(lookup),
    rules: describeRules(lookup),
    topics: describeTopics(lookup),
    tables: describeTables(lookup),
    globalDatabases: describeGlobalDatabases(lookup),
    apis: describeApis(lookup),
    canaries: describeCanaries(lookup),
    secrets: describeSecrets(lookup),
    alarms: describeAlarms(lookup),
    composites: describeComposites(lookup),
    healthChecks: describeHealthChecks(lookup),
    records: describeRecords(lookup),
    deploymentInvocations: lookup.all("aws:lambda/invocation:Invocation").map((invocation) => ({
      functionReference: text(invocation, "functionName"),
      region: invocation.region ?? "",
      input: text(invocation, "input"),
    })),
  };
  refuseUnknown(lookup);
  return program;
}
