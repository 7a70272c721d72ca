import type { FunctionDescription } from "../description/functions";
import { type CallContext, allows } from "../description/policy";
import type { IamRequest } from "./awsService";
import type { Base } from "./base";

/** Whether a function's role allows a call; a denial is reported to the watchers. */
export class Permissions {
  /** Rights that a fault has taken from a role: the role's ARN and the action, with a space. */
  readonly taken = new Set<string>();
  /** What policies say of a question; they do not change while a world is played. */
  private readonly answers = new Map<string, boolean>();

  constructor(private readonly base: Base) {}

  /** @returns the first resource on which the action is denied, if there is one. */
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
    // Not reported: the program grants what the fault has taken.
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
