import type { FunctionDescription } from "../description/functions";
import {
  type CallContext,
  type Statement,
  allowedBy,
  allows,
  statementsOn,
} from "../description/policy";
import type { IamRequest } from "./awsService";
import type { Base } from "./base";

/** Decides whether a function's role allows a call, and reports denials to the watchers. */
export class Permissions {
  /** Permissions that a fault has removed from a role: the role's ARN, a space, and the action. */
  readonly taken = new Set<string>();
  /** Statements by role, action and resource: policies do not change while a world plays. */
  private readonly applying = new Map<string, readonly Statement[]>();

  constructor(private readonly base: Base) {}

  /**
   * @param way condition keys of the call, and the policy of the VPC endpoint that it goes through
   * @returns the first resource on which the action is denied, if any
   */
  refused(
    description: FunctionDescription,
    [action, ...resources]: IamRequest,
    { context, endpoint }: { context?: CallContext; endpoint?: readonly Statement[] } = {},
  ): string | undefined {
    return resources.find(
      (resource) =>
        !this.allow(description, action, resource, context) ||
        !this.letsThrough(endpoint, description, action, resource),
    );
  }

  private letsThrough(
    endpoint: readonly Statement[] | undefined,
    { name: functionName, region }: FunctionDescription,
    action: string,
    resource: string,
  ): boolean {
    if (endpoint === undefined) return true;
    const { account } = this.base.program;
    const context = { "aws:principalaccount": account, "aws:resourceaccount": account };
    if (allows(endpoint, action, resource, context)) return true;
    this.base.happened({ kind: "denied", functionName, region, action, resource });
    return false;
  }

  allow(
    description: FunctionDescription,
    action: string,
    resource: string,
    context?: CallContext,
  ): boolean {
    const { name: functionName, region, role, roleArn } = description;
    // Not reported: the program grants what the fault has removed.
    if (this.taken.has(`${roleArn} ${action}`)) return false;
    const question = `${roleArn} ${action} ${resource}`;
    let statements = this.applying.get(question);
    if (statements === undefined) {
      statements = statementsOn(role, action, resource);
      this.applying.set(question, statements);
    }
    if (allowedBy(statements, { "aws:requestedregion": region, ...context })) return true;
    this.base.happened({ kind: "denied", functionName, region, action, resource });
    return false;
  }
}
