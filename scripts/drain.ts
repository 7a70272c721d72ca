import {
  DescribeDBClustersCommand,
  DescribeGlobalClustersCommand,
  RDSClient,
  RemoveFromGlobalClusterCommand,
  type GlobalCluster,
} from "@aws-sdk/client-rds";
import { base } from "../lambda/entry/base";
import { sleep, type Clock } from "../lambda/runtime/clock";
import { HOME_REGION } from "../lambda/runtime/tunables";
import { cli, runAsScript, say } from "./cli";
import { oneStack, regionOf, stateOf } from "./stacks";

/** Between two looks: what is waited for takes minutes. */
const POLL_MS = 15_000;
/** A member that comes back after a failover is rebuilt first, which AWS puts at minutes to hours. */
const PATIENCE_MS = 60 * 60_000;

export interface DrainPorts {
  rds: (region: string) => Pick<RDSClient, "send">;
  clock: Clock;
  say: (line: string) => void;
}

export const drainPorts: DrainPorts = {
  rds: (region) => new RDSClient({ region }),
  clock: base.clock,
  say,
};

/** The global database as a stack's state has it. */
export interface Database {
  globalClusterId: string;
  clusterArns: readonly string[];
  /** URNs of the global cluster and the clusters. */
  urns: readonly string[];
}

type Step =
  | { do: "nothing"; because: string }
  /** Only clusters outside the global database are left to look at. */
  | { do: "settle"; because: string }
  | { do: "wait"; because: string }
  | { do: "remove"; clusterArns: string[] };

/** The database in an exported state; null where the stack has none (yet, or any more). */
export function databaseIn(state: unknown): Database | null {
  type Exported = { urn: string; type: string; id?: string; outputs?: { arn?: string } };
  const { deployment } = state as { deployment?: { resources?: Exported[] } };
  const resources = deployment?.resources ?? [];
  const global = resources.find(({ type }) => type === "aws:rds/globalCluster:GlobalCluster");
  if (global?.id === undefined) return null;
  const clusters = resources.filter(({ type }) => type === "aws:rds/cluster:Cluster");
  return {
    globalClusterId: global.id,
    clusterArns: clusters.flatMap(({ outputs }) => outputs?.arn ?? []),
    urns: [global, ...clusters].map(({ urn }) => urn),
  };
}

/**
 * What `pulumi destroy` needs before it begins. It deletes the standby's cluster first, which is
 * right while home writes; after a failover that is the writer, which RDS does not let go while it
 * has readers.
 * @throws Error where the database is protected: then this is not an environment to be destroyed.
 */
export function nextStep(global: GlobalCluster | null): Step {
  if (global === null) return { do: "settle", because: "there is no global database" };
  if (global.DeletionProtection === true) {
    throw new Error(
      `${global.GlobalClusterIdentifier} has deletion protection; to destroy it all the same, set ` +
        "`retention` to ephemeral and run `pulumi up` first",
    );
  }
  const members = global.GlobalClusterMembers ?? [];
  if (members.length === 0) return { do: "settle", because: "the global database is empty" };
  const to = global.FailoverState?.ToDbClusterArn;
  const writer = members.find((member) => member.IsWriter === true)?.DBClusterArn;
  if (to !== undefined && to !== writer) {
    return { do: "wait", because: `${to} is on its way to be the writer` };
  }
  if (writer === undefined) return { do: "wait", because: "no member writes" };
  if (regionOf(writer) === HOME_REGION) {
    return { do: "nothing", because: "home writes: destroying in the usual order is right" };
  }
  const readers = members.flatMap(({ DBClusterArn: arn }) => (arn && arn !== writer ? [arn] : []));
  if (readers.length > 0) return { do: "remove", clusterArns: readers };
  return { do: "settle", because: `${writer} writes and is alone` };
}

/**
 * Makes a global database fit for `pulumi destroy`, whoever writes: asks RDS, takes the readers of a
 * writer that is not at home out, waits until they are gone. Repeating it is harmless.
 * @throws Error when an hour was not enough, naming what was waited for.
 */
export async function drain(ports: DrainPorts, database: Database): Promise<void> {
  const { clock, say } = ports;
  const deadlineMs = clock.nowMs() + PATIENCE_MS;
  for (let said = ""; ;) {
    const step = nextStep(await describe(ports, database));
    const waitingFor = await perform(ports, database, step);
    if (waitingFor === null) return;
    if (clock.nowMs() >= deadlineMs) {
      throw new Error(
        `drain: after ${PATIENCE_MS / 60_000} minutes still: ${waitingFor}; look at ` +
          `${database.globalClusterId} in RDS, then run this again; nothing was destroyed`,
      );
    }
    if (waitingFor !== said) say(`drain: ${(said = waitingFor)}`);
    await sleep(clock, POLL_MS);
  }
}

/** Does a step; gives back what is to be waited for, or null. */
async function perform(ports: DrainPorts, database: Database, step: Step): Promise<string | null> {
  switch (step.do) {
    case "nothing":
      break;
    case "wait":
      return step.because;
    case "remove":
      for (const arn of step.clusterArns) await remove(ports, database.globalClusterId, arn);
      return `removing ${step.clusterArns.join(" and ")}`;
    case "settle":
      for (const arn of database.clusterArns) {
        const status = await statusOf(ports, arn);
        // Freed a moment ago it is still being promoted, and cannot be deleted.
        if (status !== null && status !== "available") return `${arn} is ${status}`;
      }
  }
  ports.say(`drain: ${step.because}`);
  return null;
}

/** The global database as one of its regions describes it; null where none knows it. */
export async function describe(
  ports: Pick<DrainPorts, "rds">,
  database: Database,
): Promise<GlobalCluster | null> {
  const input = { GlobalClusterIdentifier: database.globalClusterId };
  const regions = new Set([HOME_REGION, ...database.clusterArns.map(regionOf)]);
  for (const region of regions) {
    const answer = await unlessNamed("GlobalClusterNotFoundFault", () =>
      ports.rds(region).send(new DescribeGlobalClustersCommand(input)),
    );
    const [global] = answer?.GlobalClusters ?? [];
    if (global !== undefined) return global;
  }
  return null;
}

async function remove(ports: DrainPorts, globalClusterId: string, arn: string): Promise<void> {
  const input = { GlobalClusterIdentifier: globalClusterId, DbClusterIdentifier: arn };
  try {
    await ports.rds(regionOf(arn)).send(new RemoveFromGlobalClusterCommand(input));
  } catch (error) {
    if (!isNotYet(error)) throw error;
    ports.say(`drain: not yet: ${error.message}`);
  }
}

/** Refused for now (rebuilt, or already being removed): the next look shows what is left. */
function isNotYet(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const names = ["InvalidDBClusterStateFault", "InvalidGlobalClusterStateFault"];
  return names.includes(error.name) || /is not found in global cluster/.test(error.message);
}

/** Status of a cluster in its own region; null when it does not exist. */
async function statusOf(ports: DrainPorts, arn: string): Promise<string | null> {
  const input = { DBClusterIdentifier: arn.slice(arn.lastIndexOf(":") + 1) };
  const answer = await unlessNamed("DBClusterNotFoundFault", () =>
    ports.rds(regionOf(arn)).send(new DescribeDBClustersCommand(input)),
  );
  return answer === null ? null : (answer.DBClusters?.[0]?.Status ?? "not described");
}

async function unlessNamed<T>(name: string, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && error.name === name) return null;
    throw error;
  }
}

/** Drains the database of a stack as its state describes it. */
export async function drainStack(ports: DrainPorts, state: unknown): Promise<void> {
  const database = databaseIn(state);
  if (database === null) ports.say("drain: the stack has no global database");
  else await drain(ports, database);
}

runAsScript(module, (args) => drainStack(drainPorts, stateOf(cli, oneStack(args, "drain"))));
