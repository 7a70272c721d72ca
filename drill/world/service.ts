import type { AssumptionName } from "../assumptions";
import type { FunctionDescription } from "../description/functions";
import { type CallContext, type Statement, allowOn, speakingOf } from "../description/policy";
import type { Base } from "./base";
import type { Environment } from "./environment";
import { serviceError } from "./errors";

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

/** One AWS service as SDK commands reach it. */
export interface Service {
  /** As in the names of VPC endpoints. */
  readonly name: string;
  latency(command: string, input: Input): AssumptionName;
  /** The IAM action and the resources it is asked on. */
  permission(region: string, command: string, input: Input): readonly [string, ...string[]];
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

/** The first are kept: keys of objects, which never come again, would fill the memory. */
const KNOWN_MAX = 1_000;

/** What a role says of one action. */
interface Grant {
  statements: readonly Statement[];
  byResource: Map<string, boolean>;
}

/** What a role allows never changes while worlds are played: answered once for all of them. */
const known = new WeakMap<FunctionDescription, Map<string, Grant>>();

function grantOf(description: FunctionDescription, action: string): Grant {
  let byAction = known.get(description);
  if (byAction === undefined) known.set(description, (byAction = new Map<string, Grant>()));
  let grant = byAction.get(action);
  if (grant === undefined) {
    const statements = speakingOf(description.role, action);
    byAction.set(action, (grant = { statements, byResource: new Map() }));
  }
  return grant;
}

function roleAllows(
  description: FunctionDescription,
  action: string,
  resource: string,
  context: CallContext | undefined,
): boolean {
  const { statements, byResource } = grantOf(description, action);
  const key = context === undefined ? resource : `${resource} ${JSON.stringify(context)}`;
  let isAllowed = byResource.get(key);
  if (isAllowed === undefined) {
    const all = { "aws:requestedregion": description.region, ...context };
    isAllowed = allowOn(statements, resource, all);
    if (byResource.size < KNOWN_MAX) byResource.set(key, isAllowed);
  }
  return isAllowed;
}

/** Whether a function's role allows a call; what it does not is seen by those who watch. */
export class Permissions {
  /** Rights taken from a role, as a fault: its ARN, and the action behind a space. */
  readonly taken = new Set<string>();

  constructor(private readonly base: Base) {}

  allow(
    { description }: Pick<Environment, "description">,
    action: string,
    resource: string,
    context?: CallContext,
  ): boolean {
    // No watcher is told: the program gave what a fault has taken.
    if (this.taken.size > 0 && this.taken.has(`${description.roleArn} ${action}`)) return false;
    if (roleAllows(description, action, resource, context)) return true;
    const { name: functionName, region } = description;
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
  ): Promise<unknown> {
    const { name, input } = command;
    return new Promise((resolve, reject) => {
      if (!this.canReach(environment.description, service, region)) return;
      const call = { environment, service: service.name, region, command: name, input };
      const disturbed = this.base.hooks.call.ask(call);
      if (disturbed === "hang") return;
      const latency = service.latency(name, input);
      const reply = new Answer(this.base, environment, region, latency, resolve, reject);
      const asked = service.permission(region, name, input);
      const context = service.context?.(input);
      if (typeof disturbed === "object" && "error" in disturbed) return reply.fail(disturbed.error);
      for (let i = 1; i < asked.length; i++) {
        if (this.permissions.allow(environment, asked[0], asked[i]!, context)) continue;
        const message = `not authorized to perform ${asked[0]} on ${asked[i]}`;
        return reply.fail(serviceError("AccessDeniedException", message));
      }
      service.handle(region, name, input, reply);
      if (disturbed === "die") environment.crash();
      else if (disturbed !== undefined) this.freeze(environment, disturbed.freezeMs);
    });
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

/** An answer on its way back to a function. */
class Answer implements Reply {
  constructor(
    private readonly base: Base,
    private readonly environment: Environment,
    private readonly region: string,
    private readonly latency: AssumptionName,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  ok(value: unknown): void {
    this.travel(this.resolve, value);
  }

  fail(error: Error): void {
    this.travel(this.reject, error);
  }

  private travel<Value>(deliver: (value: Value) => void, value: Value): void {
    const { base, environment, region } = this;
    const from = environment.description.region;
    const travelMs = from === region ? 0 : base.draw("crossRegionMs");
    base.simulation.post(travelMs + base.draw(this.latency), () => {
      if (from !== region && !base.network.converses(from, region)) return;
      environment.deliver(deliver, value);
    });
  }
}
