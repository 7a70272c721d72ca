import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Stem } from "../../lambda/functions";
import { type RegionalArgs, RegionalComponent } from "../platform/component";
import { createExecutionRole } from "../platform/executionRole";
import { networkInterfacesStatements, policyDocument } from "../platform/policies";

/** The functions that run in the network. */
const stemsInNetwork: readonly Stem[] = ["orderProcessor", "settlementSweep", "dbMigration"];

/**
 * The roles of the functions that run in a region's network, with the right to network interfaces.
 * Lambda deletes the interfaces of a deleted function with the rights of its role, up to 45 minutes
 * later. So the roles exist before the subnets and are deleted after them.
 */
export class FunctionRoles extends RegionalComponent<RegionalArgs> {
  /** Subnets and the functions' security group depend on these. */
  readonly policies: readonly aws.iam.RolePolicy[];
  private readonly roles = new Map<Stem, aws.iam.Role>();

  constructor(name: string, args: RegionalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("FunctionRoles", name, args, opts);
    this.policies = stemsInNetwork.map((stem) => this.createRole(stem));
    this.registerOutputs({ names: [...this.roles.values()].map((role) => role.name) });
  }

  /** @throws Error if the function is not one of those that run in the network. */
  of(stem: Stem): aws.iam.Role {
    const role = this.roles.get(stem);
    if (role) return role;
    const allowed = stemsInNetwork.join(", ");
    throw new Error(
      `network: got ${stem}; in the network are ${allowed}; add it to functionRoles.ts`,
    );
  }

  private createRole(stem: Stem): aws.iam.RolePolicy {
    const { platform, region } = this.args;
    const role = createExecutionRole(this.args, stem, this.child);
    this.roles.set(stem, role);
    return new aws.iam.RolePolicy(
      `${stem}-${region.code}-network`,
      {
        name: "network-interfaces",
        role: role.id,
        policy: policyDocument(networkInterfacesStatements(region.name, platform.accountId)),
      },
      this.child,
    );
  }
}
