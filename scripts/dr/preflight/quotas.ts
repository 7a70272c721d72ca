import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { GetAccountSettingsCommand } from "@aws-sdk/client-lambda";
import { DescribeAccountAttributesCommand } from "@aws-sdk/client-rds";
import type { Check } from "../check";
import { DrError } from "../exit";
import type { Plan } from "../plan";
import type { Tools } from "../tools";

/** Lambda lets nobody reserve these (Lambda Developer Guide, reserved concurrency). */
const UNRESERVED_MIN = 100;
/** AWS's default (docs/costs.md). Only Service Quotas knows what an account has. */
const VPCS_DEFAULT = 5;

/** Quotas of RDS that DescribeAccountAttributes names, and what counts against them. */
const databaseQuotas: Readonly<Record<string, string>> = {
  DBInstances: "rds/clusterInstance",
  DBClusters: "rds/cluster",
  DBClusterParameterGroups: "rds/clusterParameterGroup",
  DBSubnetGroups: "rds/subnetGroup",
  EventSubscriptions: "rds/eventSubscription",
};

/** Does one more environment fit into the account's quotas in this region? */
export function quotaChecks(tools: Tools, plan: Plan, region: string): Check[] {
  return [
    concurrencyCheck(tools, plan, region),
    vpcCheck(tools, plan, region),
    ...Object.entries(databaseQuotas).map(([quota, type]) =>
      databaseCheck(tools, region, quota, plan.all(type, region).length),
    ),
  ];
}

function concurrencyCheck({ aws }: Tools, plan: Plan, region: string): Check {
  const reserved = plan
    .all("lambda/function", region)
    .map(({ inputs }) => Number(inputs["reservedConcurrentExecutions"] ?? 0))
    .reduce((sum, each) => sum + each, 0);
  return {
    name: `Lambda's concurrency in ${region} is enough`,
    todo:
      "ask for more concurrent executions (Service Quotas, Lambda), or set " +
      "orderProcessorReservedConcurrency to unreserved",
    find: async () => {
      const { AccountLimit } = await aws.lambda(region).send(new GetAccountSettingsCommand({}));
      const free = AccountLimit?.UnreservedConcurrentExecutions;
      if (free === undefined) throw new DrError("Lambda names no limit");
      return {
        isFine: reserved === 0 || free - reserved >= UNRESERVED_MIN,
        found: `${free} unreserved; ${reserved} are reserved, and ${UNRESERVED_MIN} must be left`,
      };
    },
  };
}

function vpcCheck({ aws }: Tools, plan: Plan, region: string): Check {
  return {
    name: `one more VPC fits into ${region}`,
    todo: "look up VPCs per Region in Service Quotas, and ask for more or delete one",
    find: async () => {
      const { Vpcs = [] } = await aws.ec2(region).send(new DescribeVpcsCommand({}));
      const found = `${Vpcs.length} VPCs; AWS's default quota is ${VPCS_DEFAULT}`;
      if (Vpcs.length + plan.all("ec2/vpc", region).length > VPCS_DEFAULT) {
        throw new DrError(`${found}, and whether yours is higher is not known`);
      }
      return { isFine: true, found };
    },
  };
}

function databaseCheck({ aws }: Tools, region: string, quota: string, needed: number): Check {
  return {
    name: `RDS's quota ${quota} in ${region} is enough`,
    todo: "ask for more (Service Quotas, RDS)",
    find: async () => {
      const answer = await aws.rds(region).send(new DescribeAccountAttributesCommand({}));
      const own = answer.AccountQuotas?.find(({ AccountQuotaName }) => AccountQuotaName === quota);
      const { Max, Used = 0 } = own ?? {};
      if (Max === undefined) throw new DrError("RDS does not name it");
      const found = `${Used} of ${Max} used; ${needed} needed`;
      return { isFine: Used + needed <= Max, found };
    },
  };
}
