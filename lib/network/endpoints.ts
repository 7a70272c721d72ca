import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegionalArgs } from "../platform/component";
import { policyDocument } from "../platform/policies";

export const HTTPS_PORT = 443;

export interface EndpointsArgs extends RegionalArgs {
  /** First part of the logical names. */
  readonly name: string;
  readonly parent: pulumi.Resource;
  readonly vpc: aws.ec2.Vpc;
  readonly subnets: readonly aws.ec2.Subnet[];
  readonly routeTable: aws.ec2.RouteTable;
  /** The security group of the functions that use the endpoints. */
  readonly functions: aws.ec2.SecurityGroup;
  /** The security group of the interface endpoints. */
  readonly endpoints: aws.ec2.SecurityGroup;
}

/** The services that functions in the network call, and what the names of our resources begin with. */
const resourcesOf = {
  dynamodb: "table/",
  s3: "",
  sqs: "",
  secretsmanager: "secret:",
} as const;

type Service = keyof typeof resourcesOf;

/** An endpoint for each service that functions in the network call. */
export function createEndpoints(args: EndpointsArgs): void {
  createGatewayEndpoint("dynamodb", args);
  createGatewayEndpoint("s3", args);
  createInterfaceEndpoint("sqs", args);
  createInterfaceEndpoint("secretsmanager", args);
}

function commonArgs(service: Service, args: EndpointsArgs) {
  const { platform, region, vpc } = args;
  return {
    vpcId: vpc.id,
    serviceName: `com.amazonaws.${region.name}.${service}`,
    policy: policyOf(service, args),
    tags: { Name: platform.nameOf("securityGroup", service, region) },
  };
}

/**
 * Only principals of this account reach only the environment's own resources. So a function that
 * somebody has taken over cannot send data to another account. Lambda itself polls queues and
 * writes logs outside the network.
 */
function policyOf(service: Service, { platform, region }: EndpointsArgs): pulumi.Output<string> {
  const { accountId, config } = platform;
  // ARNs of buckets have neither region nor account.
  const owner = service === "s3" ? ":" : pulumi.interpolate`${region.name}:${accountId}`;
  const own = `${resourcesOf[service]}${config.env}-*`;
  return policyDocument([
    {
      Sid: "OwnResources",
      Principal: "*",
      Action: [`${service}:*`],
      Resource: [pulumi.interpolate`arn:aws:${service}:${owner}:${own}`],
      Condition: {
        StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId },
      },
    },
  ]);
}

function createGatewayEndpoint(service: Service, args: EndpointsArgs): void {
  const { name, parent, region, routeTable, functions } = args;
  const opts = { parent, provider: region.provider };
  const endpoint = new aws.ec2.VpcEndpoint(
    `${name}-${service}`,
    {
      ...commonArgs(service, args),
      vpcEndpointType: "Gateway",
      routeTableIds: [routeTable.id],
    },
    opts,
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-functions-${service}`,
    {
      description: `functions to ${service}`,
      securityGroupId: functions.id,
      prefixListId: endpoint.prefixListId,
      ipProtocol: "tcp",
      fromPort: HTTPS_PORT,
      toPort: HTTPS_PORT,
    },
    opts,
  );
}

function createInterfaceEndpoint(service: Service, args: EndpointsArgs): void {
  const { name, parent, region, subnets, endpoints } = args;
  new aws.ec2.VpcEndpoint(
    `${name}-${service}`,
    {
      ...commonArgs(service, args),
      vpcEndpointType: "Interface",
      subnetIds: subnets.map((subnet) => subnet.id),
      securityGroupIds: [endpoints.id],
      privateDnsEnabled: true,
    },
    { parent, provider: region.provider },
  );
}
