import type { FunctionDescription } from "../description/functions";
import { type CallContext, allows } from "../description/policy";
import type { IamRequest } from "./awsService";
import type { Base } from "./base";

/** Decides whether a function's role allows a call, and reports denials to the watchers. */
export class Permissions {
  /** Permissions that a fault has removed from a role: the role's ARN, a space, and the action. */
  readonly taken = new Set<string>();
  /** Cached decisions: policies do not change while a world plays. */
  private readonly answers = new Map<string, boolean>();

  constructor(private readonly base: Base) {}

  /** @returns the first resource on which the action is denied, if any */
  refused(
    description: FunctionDescription,
    [action, ...resources]: IamRequest,
    context?: CallContext,
  ): string | undefined {
    return resources.find((resource) => !this.allow(description, action, resource, context));
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
    const all = { "aws:requestedregion": region, ...context };
    const question = [roleArn, action, resource, ...Object.values(all)].join(" ");
    let isAllowed = this.answers.get(question);
    if (isAllowed === undefined) {
      isAllowed = allows(role, action, resource, all);
      this.answers.set(question, isAllowed);
    }
    if (isAllowed) return true;
    this.base.happened({ kind: "denied", functionName, region, action, resource });
    return false;
  }
}
