import type { AssumptionName } from "../assumptions";
import type { FunctionDescription } from "../description/functions";
import { type CallContext, type Statement, allowOn, speakingOf } from "../description/policy";
import type { Base } from "./base";
import type { Environment } from "./environment";
import { serviceError } from "../../support/aws/errors";

export type Input = Readonly<Record<string, unknown>>;

/** An SDK command as the worlds' bundle of the handlers makes it. */
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

/** An IAM action and the resources it is asked on. */
export type Asked = readonly [action: string, ...resources: string[]];

/** One AWS service as SDK commands reach it. */
export interface Service {
  /** As in the names of VPC endpoints. */
  readonly name: string;
  latency(command: string, input: Input): AssumptionName;
  /** Whether the same is always asked with the same array: what a role allows is then kept. */
  readonly keepsPermissions?: true;
  permission(region: string, command: string, input: Input): Asked;
  /** Condition keys of the call, in lower case; none where a service has none. */
  context?(input: Input): CallContext;
  handle(region: string, command: string, input: Input, reply: Reply): void;
}

/** IAM actions as most commands name them: of s3 and PutObjectCommand, `s3:PutObject`. */
export function actionsOf(service: string): (command: string) => string {
  const known = new Map<string, string>();
  return (command) => {
    let action = known.get(command);
    if (action === undefined) {
      known.set(command, (action = `${service}:${command.replace(/Command$/, "")}`));
    }
    return action;
  };
}

/** What a role says of an action never changes while worlds are played: found once for all. */
const known = new WeakMap<FunctionDescription, Map<string, Statement[]>>();

function statementsOn(description: FunctionDescription, action: string): readonly Statement[] {
  let byAction = known.get(description);
  if (byAction === undefined) known.set(description, (byAction = new Map<string, Statement[]>()));
  let statements = byAction.get(action);
  if (statements === undefined) {
    byAction.set(action, (statements = speakingOf(description.role, action)));
  }
  return statements;
}

/** Whether a function's role allows a call; what it does not is seen by those who watch. */
export class Permissions {
  /** Rights taken from a role, as a fault: its ARN, and the action behind a space. */
  readonly taken = new Set<string>();

  constructor(private readonly base: Base) {}

  /**
   * @param isKept whether this is asked with the same array each time: what is allowed is then kept.
   * @returns the first of the resources on which the action is refused.
   */
  refused(
    environment: Environment,
    asked: Asked,
    isKept = false,
    context?: CallContext,
  ): string | undefined {
    const { allowed } = environment;
    if (isKept && this.taken.size === 0 && allowed.has(asked)) return undefined;
    for (let i = 1; i < asked.length; i++) {
      if (!this.allow(environment, asked[0], asked[i]!, context)) return asked[i];
    }
    if (isKept) allowed.add(asked);
    return undefined;
  }

  allow(
    { description }: Pick<Environment, "description">,
    action: string,
    resource: string,
    context?: CallContext,
  ): boolean {
    const { name: functionName, region, roleArn } = description;
    // No watcher is told: the program gave what a fault has taken.
    if (this.taken.size > 0 && this.taken.has(`${roleArn} ${action}`)) return false;
    const all = { "aws:requestedregion": region, ...context };
    if (allowOn(statementsOn(description, action), resource, all)) return true;
    this.base.happened({ kind: "denied", functionName, region, action, resource });
    return false;
  }
}

/** Calls of functions to services: permission, network, latency, answer. */
export class Calls {
  constructor(
    private readonly base: Base,
    private readonly permissions: Permissions,
  ) {}

  /**
   * The work is done when the call is sent, the answer comes a drawn time later: a caller killed in
   * between has done what it never heard of. Without a way there or back the call hangs.
   */
  send(
    environment: Environment,
    service: Service,
    region: string,
    command: Command,
  ): PromiseLike<unknown> {
    const { name, input } = command;
    const answer = new Answer(this.base, environment, region, service.latency(name, input));
    if (!this.canReach(environment.description, service, region)) return answer;
    const call = { environment, service: service.name, region, command: name, input };
    const disturbed = this.base.hooks.call.ask(call);
    if (disturbed === "hang") return answer;
    if (typeof disturbed === "object" && "error" in disturbed) answer.fail(disturbed.error);
    else if (this.isAllowed(environment, service, region, command, answer)) {
      service.handle(region, name, input, answer);
      if (disturbed === "die") environment.crash();
      else if (disturbed !== undefined) this.freeze(environment, disturbed.freezeMs);
    }
    return answer;
  }

  /** Every right that a call needs; without one it is answered at once. */
  private isAllowed(
    environment: Environment,
    service: Service,
    region: string,
    { name, input }: Command,
    answer: Answer,
  ): boolean {
    const asked = service.permission(region, name, input);
    const { keepsPermissions: isKept } = service;
    const refused = this.permissions.refused(environment, asked, isKept, service.context?.(input));
    if (refused === undefined) return true;
    const message = `not authorized to perform ${asked[0]} on ${refused}`;
    answer.fail(serviceError("AccessDeniedException", message));
    return false;
  }

  private freeze(environment: Environment, freezeMs: number): void {
    environment.freeze();
    this.base.simulation.after(freezeMs, () => environment.thaw());
  }

  private canReach(
    { vpcServices, region: from }: FunctionDescription,
    service: Service,
    region: string,
  ): boolean {
    const isInVpc = vpcServices !== undefined;
    if (isInVpc && (region !== from || !vpcServices.has(service.name))) return false;
    return from === region || this.base.network.converses(from, region);
  }
}

const TO_BE_AWAITED = "the drill's answers are awaited at once and once, as by within";

/**
 * An answer on its way back to a function. As much of a promise as `await` and `within` ask for, at
 * once and once: a whole one for each of the thousands of calls is dear.
 */
class Answer implements Reply, PromiseLike<unknown> {
  private isOk = false;
  private value: unknown = undefined;
  private onOk: ((value: unknown) => void) | undefined = undefined;
  private onFail: ((error: unknown) => void) | undefined = undefined;

  constructor(
    private readonly base: Base,
    private readonly environment: Environment,
    private readonly region: string,
    private readonly latency: AssumptionName,
  ) {}

  /**
   * @returns nothing to go on with: who needs that awaits it.
   * @throws Error where somebody takes it for a whole promise.
   */
  then(onOk?: unknown, onFail?: unknown): never {
    if (this.onOk !== undefined || typeof onOk !== "function" || typeof onFail !== "function") {
      throw new Error(`${TO_BE_AWAITED}, and with what becomes of either outcome`);
    }
    this.onOk = onOk as (value: unknown) => void;
    this.onFail = onFail as (error: unknown) => void;
    return undefined as never;
  }

  ok(value: unknown): void {
    this.isOk = true;
    this.value = value;
    this.travel();
  }

  fail(error: Error): void {
    this.value = error;
    this.travel();
  }

  private travel(): void {
    const { base } = this;
    const travelMs = this.isNear ? 0 : base.draw("crossRegionMs");
    base.simulation.post(travelMs + base.draw(this.latency), arrive, this);
  }

  private get isNear(): boolean {
    return this.environment.description.region === this.region;
  }

  arrive(): void {
    const { base, environment, region } = this;
    const isBack = this.isNear || base.network.converses(environment.description.region, region);
    if (!isBack) return;
    const run = this.isOk ? this.onOk : this.onFail;
    if (run === undefined) throw new Error(`${TO_BE_AWAITED}: nobody waits for it`);
    environment.deliver(run, this.value);
  }
}

const arrive = (answer: Answer): void => answer.arrive();
