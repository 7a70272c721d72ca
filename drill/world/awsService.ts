import type { AssumptionName } from "../assumptions";
import type { CallContext } from "../description/policy";

export type Input = Readonly<Record<string, unknown>>;

/** An SDK command as the bundle of the handlers makes it. */
export interface Command {
  /** Of its class, as `GetCommand`. */
  name: string;
  input: Input;
}

/** How a service answers, at once or later; once at most. */
export interface Reply {
  ok(value: unknown): void;
  fail(error: Error): void;
}

/** An IAM action, and the resources that it must be allowed on. */
export type IamRequest = readonly [action: string, ...resources: string[]];

/** One AWS service as SDK commands reach it. */
export interface Service {
  /** As in the names of VPC endpoints. */
  readonly name: string;
  latency(command: string, input: Input): AssumptionName;
  permission(region: string, command: string, input: Input): IamRequest;
  /** Condition keys of the call, in lower case; none where a service has none. */
  context?(input: Input): CallContext;
  handle(region: string, command: string, input: Input, reply: Reply): void;
}

/** IAM actions as most commands name them: of s3 and PutObjectCommand, `s3:PutObject`. */
export function actionOf(service: string, command: string): string {
  return `${service}:${command.replace(/Command$/, "")}`;
}
