import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Region } from "../platform/platform";
import { type RegionalArgs, RegionalComponent } from "../platform/component";
import { EXCLUDED_ZONE_IDS, ZONES } from "../platform/tunables";
import { HTTPS_PORT, createEndpoints } from "./endpoints";
import { createFlowLog } from "./flowLog";
import { FunctionRoles } from "./functionRoles";

/** Deleting waits for the network interfaces of functions, which Lambda keeps for up to 45 minutes. */
const LINGERING = { customTimeouts: { delete: "60m" } };
const POSTGRES_PORT = 5432;

/** The second number of 10.x.0.0/16. It differs, so that the networks can be peered. */
const cidrOctets: Readonly<Record<Region["key"], number>> = { home: 0, standby: 1 };

/**
 * A region's isolated network, without internet gateway and NAT. It contains the database and the
 * functions that use SQL. There is an endpoint for each other service that these functions call.
 * Their metrics are log lines, so CloudWatch needs no endpoint.
 */
export class Network extends RegionalComponent<RegionalArgs> {
  /** Functions move to its default security group, which has no rules, while they are deleted. */
  readonly vpc: aws.ec2.Vpc;
  /** Of the functions that run in the network. */
  readonly roles: FunctionRoles;
  readonly subnets: readonly aws.ec2.Subnet[];
  readonly functionsSecurityGroup: aws.ec2.SecurityGroup;
  readonly databaseSecurityGroup: aws.ec2.SecurityGroup;

  constructor(name: string, args: RegionalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Network", name, args, opts);
    const vpc = this.createVpc();
    this.roles = new FunctionRoles(`${name}-roles`, args, { parent: this });
    const subnets = this.createSubnets(vpc);
    const routeTable = this.createRouteTable(vpc, subnets);
    const functions = this.createSecurityGroup(
      vpc,
      "functions",
      "functions that speak SQL",
      this.outlivedByRoles,
    );
    const database = this.createSecurityGroup(vpc, "database", "Aurora");
    const endpoints = this.createSecurityGroup(vpc, "endpoints", "interface endpoints");
    this.allow("functions-database", functions, database, POSTGRES_PORT);
    this.allow("functions-endpoints", functions, endpoints, HTTPS_PORT);
    createEndpoints({
      ...args,
      name,
      parent: this,
      vpc,
      subnets,
      routeTable,
      functions,
      endpoints,
    });
    this.emptyDefaultSecurityGroup(vpc);
    if (args.platform.retention.auditLogs) createFlowLog({ ...args, name, parent: this, vpc });

    this.vpc = vpc;
    this.subnets = subnets;
    this.functionsSecurityGroup = functions;
    this.databaseSecurityGroup = database;
    this.registerOutputs({ vpcId: vpc.id, subnetIds: subnets.map((subnet) => subnet.id) });
  }

  /** Options of what network interfaces of functions hold. */
  private get outlivedByRoles() {
    return { ...this.child, ...LINGERING, dependsOn: [...this.roles.policies] };
  }

  private cidr(third: number, bits: number): string {
    return `10.${cidrOctets[this.args.region.key]}.${third}.0/${bits}`;
  }

  private nameTag(what: string) {
    const { platform, region } = this.args;
    return { Name: platform.nameOf("securityGroup", what, region) };
  }

  private createVpc(): aws.ec2.Vpc {
    return new aws.ec2.Vpc(
      this.name,
      {
        cidrBlock: this.cidr(0, 16),
        // Required for private DNS names of interface endpoints.
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: this.nameTag("network"),
      },
      this.child,
    );
  }

  private createSubnets(vpc: aws.ec2.Vpc): aws.ec2.Subnet[] {
    const zones = this.zones();
    return Array.from({ length: ZONES }, (_, index) => {
      return new aws.ec2.Subnet(
        `${this.name}-${index}`,
        {
          vpcId: vpc.id,
          cidrBlock: this.cidr(16 * index, 20),
          availabilityZone: zones.apply((names) => names[index]!),
          tags: this.nameTag(`isolated-${index}`),
        },
        // A zone that disappears from the list must not replace the subnet of a running database.
        { ...this.outlivedByRoles, ignoreChanges: ["availabilityZone"] },
      );
    });
  }

  /** The configured zones, or the first ones of the region. */
  private zones(): pulumi.Output<string[]> {
    const { platform, region } = this.args;
    const configured = platform.config.zones[region.key];
    if (configured.length > 0) return pulumi.output([...configured]);
    const found = aws.getAvailabilityZonesOutput(
      {
        state: "available",
        excludeZoneIds: EXCLUDED_ZONE_IDS,
        // Excludes local zones, which have no Aurora.
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      },
      { provider: region.provider },
    );
    return found.names.apply((names) => {
      if (names.length >= ZONES) return names;
      const got = `got ${names.length} availability zones in ${region.name}: ${names.join(", ")}`;
      throw new pulumi.RunError(`network: ${got}; needed: ${ZONES}; use another region`);
    });
  }

  private createRouteTable(vpc: aws.ec2.Vpc, subnets: aws.ec2.Subnet[]): aws.ec2.RouteTable {
    const routeTable = new aws.ec2.RouteTable(
      this.name,
      { vpcId: vpc.id, tags: this.nameTag("isolated") },
      this.child,
    );
    subnets.forEach((subnet, index) => {
      new aws.ec2.RouteTableAssociation(
        `${this.name}-${index}`,
        { routeTableId: routeTable.id, subnetId: subnet.id },
        this.child,
      );
    });
    return routeTable;
  }

  private createSecurityGroup(
    vpc: aws.ec2.Vpc,
    what: string,
    description: string,
    opts: pulumi.CustomResourceOptions = this.child,
  ) {
    const { platform, region } = this.args;
    return new aws.ec2.SecurityGroup(
      `${this.name}-${what}`,
      {
        name: platform.nameOf("securityGroup", what, region),
        description,
        vpcId: vpc.id,
        tags: this.nameTag(what),
      },
      opts,
    );
  }

  /**
   * AWS creates the default group with rules that allow all traffic between its members and to
   * anywhere. Functions are in it while they are deleted.
   */
  private emptyDefaultSecurityGroup(vpc: aws.ec2.Vpc): void {
    new aws.ec2.DefaultSecurityGroup(
      `${this.name}-default`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: this.nameTag("default") },
      this.child,
    );
  }

  /** Lets one group open connections to another, seen from both ends. */
  private allow(
    what: string,
    from: aws.ec2.SecurityGroup,
    to: aws.ec2.SecurityGroup,
    port: number,
  ): void {
    const description = what.replace("-", " to ");
    const traffic = { description, ipProtocol: "tcp", fromPort: port, toPort: port };
    new aws.vpc.SecurityGroupEgressRule(
      `${this.name}-${what}`,
      { ...traffic, securityGroupId: from.id, referencedSecurityGroupId: to.id },
      this.child,
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${this.name}-${what}`,
      { ...traffic, securityGroupId: to.id, referencedSecurityGroupId: from.id },
      this.child,
    );
  }
}
