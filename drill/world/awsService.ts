import type { AssumptionName } from "../assumptions";
import type { CallContext } from "../description/policy";

export type Input = Readonly<Record<string, unknown>>;

/** An SDK command as the handlers' bundle creates it. */
export interface Command {
  /** The name of its class, such as `GetCommand`. */
  name: string;
  input: Input;
}

/** The callbacks of a service's answer, immediate or delayed. At most one is called, once. */
export interface Reply {
  ok(value: unknown): void;
  fail(error: Error): void;
}

/** An IAM action and the resources on which it must be allowed. */
export type IamRequest = readonly [action: string, ...resources: string[]];

/** An AWS service as the target of SDK commands. */
export interface Service {
  /** The name in its VPC endpoints. */
  readonly name: string;
  latency(command: string, input: Input): AssumptionName;
  permission(region: string, command: string, input: Input): IamRequest;
  /** Condition keys of the call, in lower case; absent if the service has none. */
  context?(input: Input): CallContext;
  handle(region: string, command: string, input: Input, reply: Reply): void;
}

/** The usual name of a command's IAM action: for s3 and PutObjectCommand, `s3:PutObject`. */
export function actionOf(service: string, command: string): string {
  return `${service}:${command.replace(/Command$/, "")}`;
}
