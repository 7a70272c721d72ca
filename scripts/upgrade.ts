import {
  DescribeDBClustersCommand,
  ModifyDBClusterCommand,
  type GlobalCluster,
} from "@aws-sdk/client-rds";
import { sleep } from "../lambda/runtime/clock";
import type { DrainPorts } from "./drain";
import { regionOf } from "./stacks";

const POLL_MS = 15_000;
/** A minor upgrade of one cluster takes minutes; a cluster that is being backed up waits first. */
const PATIENCE_MS = 2 * 3600_000;

export interface Member {
  readonly arn: string;
  readonly isWriter: boolean;
  readonly version: string;
  readonly status: string;
}

type Step =
  | { do: "nothing"; because: string }
  | { do: "wait"; because: string }
  | { do: "upgrade"; member: Member };

/** Negative if the first version is the older one. */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number)) as [
    number[],
    number[],
  ];
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}

/**
 * The next step towards a version that the configuration asks for. Readers come first: RDS refuses a
 * writer that is newer than its readers. A database that is newer already, because AWS forced an
 * upgrade, stays as it is.
 * @throws Error for another major version, which needs more than a deployment.
 */
export function nextUpgrade(members: readonly Member[], wanted: string): Step {
  const busy = members.find(({ status }) => status !== "available");
  const older = members.filter(({ version }) => compare(version, wanted) < 0);
  const [newer] = members.filter(({ version }) => compare(version, wanted) > 0);
  if (older.length === 0) {
    if (newer === undefined) return { do: "nothing", because: `it runs ${wanted}` };
    const { version } = newer;
    const because = `it runs ${version}, which is newer; set auroraEngineVersion to "${version}"`;
    return { do: "nothing", because };
  }
  const majors = new Set([wanted, ...members.map(({ version }) => version)].map(majorOf));
  if (majors.size > 1) {
    throw new Error(
      `upgrade: got auroraEngineVersion ${wanted} for a database with ${members[0]?.version}; ` +
        "allowed is a newer minor version; upgrade a major version as docs/runbook.md describes",
    );
  }
  if (busy !== undefined) return { do: "wait", because: `${busy.arn} is ${busy.status}` };
  const next = older.find(({ isWriter }) => !isWriter) ?? older[0]!;
  return { do: "upgrade", member: next };
}

const majorOf = (version: string) => version.split(".")[0];

/**
 * Upgrades the clusters of a global database to a minor version, one after the other. The AWS
 * provider is not used for this: its upgrade of a global cluster takes the members from the state,
 * which has none for a global cluster that was created empty, and then calls itself for ever
 * (globalClusterUpgradeMinorEngineVersion in internal/service/rds/global_cluster.go of
 * hashicorp/terraform-provider-aws).
 * @param before - called before each cluster is upgraded
 * @throws Error when two hours were not enough, naming what was waited for.
 */
export async function upgradeDatabase(
  ports: DrainPorts,
  global: GlobalCluster,
  wanted: string,
  before: () => Promise<void>,
): Promise<void> {
  const { clock, say } = ports;
  const deadlineMs = clock.nowMs() + PATIENCE_MS;
  for (let said = ""; ; await sleep(clock, POLL_MS)) {
    const step = nextUpgrade(await membersOf(ports, global), wanted);
    if (step.do === "nothing") return say(`database: ${step.because}`);
    if (step.do === "upgrade") {
      await before();
      await modify(ports, step.member, wanted);
    }
    const waitingFor = step.do === "upgrade" ? `upgrades ${step.member.arn}` : step.because;
    if (clock.nowMs() >= deadlineMs) {
      throw new Error(
        `upgrade: after two hours still: ${waitingFor}; look at RDS, then run this again`,
      );
    }
    if (waitingFor !== said) say(`database: ${(said = waitingFor)}`);
  }
}

/** Whether the members differ from the version that the configuration asks for. */
export async function needsUpgrade(
  ports: DrainPorts,
  global: GlobalCluster,
  wanted: string,
): Promise<boolean> {
  const step = nextUpgrade(await membersOf(ports, global), wanted);
  if (step.do === "nothing") ports.say(`database: ${step.because}`);
  return step.do !== "nothing";
}

function membersOf(ports: DrainPorts, global: GlobalCluster): Promise<Member[]> {
  const members = (global.GlobalClusterMembers ?? []).map(async (member) => {
    const arn = member.DBClusterArn ?? "";
    const input = { DBClusterIdentifier: identifierOf(arn) };
    const answer = await ports.rds(regionOf(arn)).send(new DescribeDBClustersCommand(input));
    const [{ EngineVersion: version = "", Status: status = "" } = {}] = answer.DBClusters ?? [];
    if (!version || !status) throw new Error(`upgrade: RDS does not describe ${arn}; try again`);
    return { arn, isWriter: member.IsWriter === true, version, status };
  });
  return Promise.all(members);
}

async function modify(ports: DrainPorts, { arn }: Member, wanted: string): Promise<void> {
  const input = {
    DBClusterIdentifier: identifierOf(arn),
    EngineVersion: wanted,
    ApplyImmediately: true,
  };
  try {
    await ports.rds(regionOf(arn)).send(new ModifyDBClusterCommand(input));
  } catch (error) {
    // A cluster may still be called available for a moment after its upgrade has begun.
    if (!(error instanceof Error) || error.name !== "InvalidDBClusterStateFault") throw error;
    ports.say(`database: not yet: ${error.message}`);
  }
}

const identifierOf = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1);
