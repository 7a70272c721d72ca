import { DescribeAvailabilityZonesCommand, DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import {
  DescribeDBEngineVersionsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
} from "@aws-sdk/client-rds";
import * as z from "zod/mini";
import { usableRegions } from "../../../lib/config/regions";
import { nameLengthMax } from "../../../lib/platform/naming";
import { EXCLUDED_ZONE_IDS, ZONES } from "../../../lib/platform/tunables";
import type { Check } from "../check";
import { DrError } from "../exit";
import type { Plan } from "../plan";
import type { Rest } from "../rest";
import type { Tools } from "../tools";

const ENGINE = "aurora-postgresql";

/** Do the regions offer what the program wants? */
export function regionChecks(tools: Tools, plan: Plan): Check[] {
  const withWitness = [...plan.regions, plan.witness];
  return [
    {
      name: "DynamoDB offers strong consistency in all three regions",
      todo: `choose among ${usableRegions.join(", ")}`,
      find: () => {
        const isFine = withWitness.every((name) => usableRegions.some((each) => each === name));
        return Promise.resolve({ isFine, found: withWitness.join(", ") });
      },
    },
    ...withWitness.map((region) => enabledCheck(tools, plan.regions[0], region)),
    ...plan.regions.flatMap((region) => [
      engineCheck(tools, plan, region),
      zonesCheck(tools, plan, region),
      canaryRuntimeCheck(tools, plan, region),
    ]),
    nameCheck(plan),
  ];
}

function enabledCheck({ aws }: Tools, home: string, region: string): Check {
  return {
    name: `the account may use ${region}`,
    todo: "enable it (AWS console, Account, AWS Regions)",
    find: async () => {
      const { Regions = [] } = await aws
        .ec2(home)
        .send(new DescribeRegionsCommand({ RegionNames: [region], AllRegions: true }));
      const { OptInStatus = "unknown" } = Regions[0] ?? {};
      const isFine = ["opt-in-not-required", "opted-in"].includes(OptInStatus);
      return { isFine, found: OptInStatus };
    },
  };
}

function engineCheck({ aws }: Tools, plan: Plan, region: string): Check {
  const EngineVersion = plan.input("rds/globalCluster", "engineVersion");
  return {
    name: `RDS creates Aurora PostgreSQL ${EngineVersion} in ${region}`,
    todo:
      "set auroraEngineVersion to one that `aws rds describe-db-engine-versions " +
      `--engine ${ENGINE} --region ${region}\` lists`,
    find: async () => {
      const { DBEngineVersions = [] } = await aws
        .rds(region)
        .send(new DescribeDBEngineVersionsCommand({ Engine: ENGINE, EngineVersion }));
      const [version] = DBEngineVersions;
      if (version === undefined) return { isFine: false, found: "not offered" };
      const { Status = "available", SupportsGlobalDatabases = false } = version;
      const isFine = Status === "available" && SupportsGlobalDatabases;
      const found = SupportsGlobalDatabases ? Status : `${Status}, not for global databases`;
      return { isFine, found };
    },
  };
}

/** Synthetics creates no canary on a deprecated runtime (CloudWatch guide, runtime support policy). */
function canaryRuntimeCheck({ aws, clock }: Tools, plan: Plan, region: string): Check {
  const runtime = plan.input("synthetics/canary", "runtimeVersion");
  return {
    name: `Synthetics creates canaries on ${runtime} in ${region}`,
    todo: `set canaryRuntime to one that \`aws synthetics describe-runtime-versions --region ${region}\` lists`,
    find: async () => {
      const found = await runtimeIn(aws.synthetics(region), runtime);
      if (found === undefined) return { isFine: false, found: "not offered" };
      if (found.DeprecationDate === undefined) return { isFine: true, found: "offered" };
      const atMs = found.DeprecationDate * 1000;
      const day = new Date(atMs).toISOString().slice(0, 10);
      return { isFine: atMs > clock.nowMs(), found: `deprecated on ${day}` };
    },
  };
}

/** Runtimes of a region: a few dozen. */
const RUNTIME_PAGES_MAX = 10;

const runtimesSchema = z.object({
  RuntimeVersions: z.array(
    // In seconds since 1970.
    z.object({ VersionName: z.string(), DeprecationDate: z.optional(z.number()) }),
  ),
  NextToken: z.optional(z.nullable(z.string())),
});

/** Asks Synthetics' DescribeRuntimeVersions, page by page. */
async function runtimeIn(synthetics: Rest, name: string) {
  let body = {};
  for (let page = 0; page < RUNTIME_PAGES_MAX; page++) {
    const answer = await synthetics({ method: "POST", path: "/runtime-versions", body });
    const { RuntimeVersions, NextToken } = runtimesSchema.parse(answer);
    const own = RuntimeVersions.find(({ VersionName }) => VersionName === name);
    if (own !== undefined || !NextToken) return own;
    body = { NextToken };
  }
  throw new DrError(`Synthetics lists more than ${RUNTIME_PAGES_MAX} pages of runtimes`);
}

/** The network takes the configured zones, or the first ones that are usable. */
function zonesCheck(tools: Tools, plan: Plan, region: string): Check {
  const DBInstanceClass = plan.input("rds/clusterInstance", "instanceClass");
  const EngineVersion = plan.input("rds/globalCluster", "engineVersion");
  const key = region === plan.regions[0] ? "homeZones" : "standbyZones";
  return {
    name: `the zones of ${region} have ${DBInstanceClass}`,
    todo: `set ${key} to ${ZONES} zones that have it, or choose another auroraInstanceClass`,
    find: async () => {
      const usable = await usableZones(tools, region);
      const { OrderableDBInstanceOptions = [] } = await tools.aws.rds(region).send(
        new DescribeOrderableDBInstanceOptionsCommand({
          Engine: ENGINE,
          EngineVersion,
          DBInstanceClass,
        }),
      );
      const offered = OrderableDBInstanceOptions.flatMap((each) => each.AvailabilityZones ?? []);
      const having = usable.filter((zone) => offered.some(({ Name }) => Name === zone));
      const configured = plan.zones(key);
      const wanted = configured.length > 0 ? configured : usable.slice(0, ZONES);
      const isFine = wanted.length === ZONES && wanted.every((zone) => having.includes(zone));
      const found = `${wanted.join(" and ")} wanted, offered in ${having.join(", ") || "none"}`;
      return { isFine, found };
    },
  };
}

async function usableZones({ aws }: Tools, region: string): Promise<string[]> {
  const { AvailabilityZones = [] } = await aws.ec2(region).send(
    new DescribeAvailabilityZonesCommand({
      Filters: [
        { Name: "state", Values: ["available"] },
        { Name: "opt-in-status", Values: ["opt-in-not-required"] },
      ],
    }),
  );
  return AvailabilityZones.filter(({ ZoneId = "" }) => !EXCLUDED_ZONE_IDS.includes(ZoneId))
    .flatMap(({ ZoneName }) => ZoneName ?? [])
    .sort();
}

/** Kinds of names whose limits a long name of an environment would reach first. */
const namedTypes = [
  { type: "lambda/function", input: "name", kind: "function" },
  { type: "iam/role", input: "name", kind: "role" },
  { type: "s3/bucket", input: "bucket", kind: "bucket" },
  { type: "sqs/queue", input: "name", kind: "queue" },
  { type: "rds/cluster", input: "clusterIdentifier", kind: "database" },
  { type: "synthetics/canary", input: "name", kind: "canary" },
] as const;

function nameCheck(plan: Plan): Check {
  return {
    name: "every name is short enough for AWS",
    todo: "choose a shorter env",
    find: () => {
      const lengths = namedTypes.flatMap(({ type, input, kind }) =>
        plan.all(type).map(({ inputs }) => {
          const name = String(inputs[input]);
          return { name, left: nameLengthMax[kind] - name.length };
        }),
      );
      const [longest] = lengths.sort((a, b) => a.left - b.left);
      if (longest === undefined) throw new DrError("the program names nothing");
      const found = `${longest.name} is the longest, with ${longest.left} characters left`;
      return Promise.resolve({ isFine: longest.left >= 0, found });
    },
  };
}
