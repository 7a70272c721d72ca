import * as pulumi from "@pulumi/pulumi";
import type { Network } from "../network/network";
import type { Platform } from "../platform/platform";
import type { Statement } from "../platform/policies";

const allow = (
  Sid: string,
  Action: string[],
  Resource: pulumi.Input<string>[],
  Condition?: Statement["Condition"],
): Statement => ({ Sid, Action, Resource, ...(Condition && { Condition }) });

/** AWS FIS gives this tag to everything that it creates. */
const created = { StringEquals: { "aws:RequestTag/managedByFIS": "true" } };
const isOwn = { StringEquals: { "aws:ResourceTag/managedByFIS": "true" } };

/**
 * What AWS FIS does to cut subnets off from a region: it moves them to route tables of its own, whose
 * prefix lists and network interfaces lead nowhere. These are the rights that the AWS FIS guide lists
 * under "Cross-Region: Connectivity", limited to the account and region and, where a call names them,
 * to the program's own network, subnets and endpoints.
 */
export function connectivityStatements(
  { accountId, home, config }: Platform,
  { vpc, subnets }: Network,
): Statement[] {
  const all = (kind: string) => pulumi.interpolate`arn:aws:ec2:${home.name}:${accountId}:${kind}/*`;
  const routeTables = all("route-table");
  const interfaces = all("network-interface");
  const prefixLists = all("prefix-list");
  const ownSubnets = subnets.map((subnet) => subnet.arn);
  return [
    allow("CreateRouteTables", ["ec2:CreateRouteTable"], [routeTables], created),
    allow("InNetwork", ["ec2:CreateRouteTable"], [vpc.arn]),
    allow("CreateInterfaces", ["ec2:CreateNetworkInterface"], [interfaces], created),
    allow("InSubnets", ["ec2:CreateNetworkInterface"], [...ownSubnets, all("security-group")]),
    allow("CreatePrefixLists", ["ec2:CreateManagedPrefixList"], [prefixLists], created),
    allow("TagThem", ["ec2:CreateTags"], [routeTables, interfaces, prefixLists], {
      StringEquals: {
        ...created.StringEquals,
        "ec2:CreateAction": [
          "CreateRouteTable",
          "CreateNetworkInterface",
          "CreateManagedPrefixList",
        ],
      },
    }),
    allow(
      "ChangeOwnRouteTables",
      ["ec2:CreateRoute", "ec2:DeleteRouteTable", "ec2:DisassociateRouteTable"],
      [routeTables],
      isOwn,
    ),
    allow("DeleteOwnInterfaces", ["ec2:DeleteNetworkInterface"], [interfaces], isOwn),
    allow(
      "ChangeOwnPrefixLists",
      ["ec2:DeleteManagedPrefixList", "ec2:ModifyManagedPrefixList"],
      [prefixLists],
      isOwn,
    ),
    allow(
      "MoveSubnets",
      ["ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation"],
      [...ownSubnets, routeTables],
    ),
    allow("MoveSubnetsBack", ["ec2:DisassociateRouteTable"], ownSubnets),
    // Gateway endpoints are reached through route tables.
    allow("AddOwnRouteTables", ["ec2:ModifyVpcEndpoint"], [routeTables], isOwn),
    allow("ToEndpoints", ["ec2:ModifyVpcEndpoint"], [all("vpc-endpoint")], {
      StringEquals: { "aws:ResourceTag/Environment": config.env },
    }),
    allow("ReadPrefixLists", ["ec2:GetManagedPrefixListEntries"], [prefixLists]),
    allow(
      "Describe",
      [
        "ec2:DescribeManagedPrefixLists",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcPeeringConnections",
        "ec2:DescribeVpcs",
      ],
      ["*"],
    ),
  ];
}
