import type { AssumptionName } from "../assumptions";
import { allows } from "../description/policy";
import type { Base } from "./base";
import type { Environment } from "./environment";
import { serviceError } from "./errors";

export type Input = Readonly<Record<string, unknown>>;

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
  /** The IAM action and the resource it is asked on. */
  permission(
    region: string,
    command: string,
    input: Input,
  ): readonly [action: string, resource: string];
  handle(region: string, command: string, input: Input, reply: Reply): void;
}

/** Whether a function's role allows a call; asked once per function, action and resource. */
export class Permissions {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly base: Base) {}

  allow(environment: Environment, action: string, resource: string): boolean {
    const { description } = environment;
    const key = `${description.arn} ${action} ${resource}`;
    let isAllowed = this.known.get(key);
    if (isAllowed === undefined) {
      isAllowed = allows(description.role, action, resource, {
        "aws:requestedregion": description.region,
        "aws:sourceaccount": this.base.program.account,
      });
      this.known.set(key, isAllowed);
    }
    if (!isAllowed) {
      const { name: functionName, region } = description;
      this.base.happened({ kind: "denied", functionName, region, action, resource });
    }
    return isAllowed;
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
    command: object,
  ): Promise<unknown> {
    const name = command.constructor.name;
    const input = (command as { input: Input }).input;
    return new Promise((resolve, reject) => {
      if (!this.canReach(environment, service, region)) return;
      const reply = this.replyTo(
        environment,
        region,
        service.latency(name, input),
        resolve,
        reject,
      );
      const [action, ...resources] = service.permission(region, name, input);
      const denied = resources.find((each) => !this.permissions.allow(environment, action, each));
      if (denied !== undefined) {
        const message = `not authorized to perform ${action} on ${denied}`;
        return reply.fail(serviceError("AccessDeniedException", message));
      }
      service.handle(region, name, input, reply);
    });
  }

  private canReach({ description }: Environment, service: Service, region: string): boolean {
    const { vpcServices, region: from } = description;
    if (vpcServices !== undefined && (region !== from || !vpcServices.has(service.name)))
      return false;
    return from === region || this.base.network.converses(from, region);
  }

  private replyTo(
    environment: Environment,
    region: string,
    latency: AssumptionName,
    resolve: (value: unknown) => void,
    reject: (error: Error) => void,
  ): Reply {
    const { base } = this;
    const from = environment.description.region;
    const travelMs = from === region ? 0 : base.draw("crossRegionMs");
    const answer = (deliver: () => void): void => {
      base.simulation.after(travelMs + base.draw(latency), () => {
        if (from === region || base.network.converses(from, region)) environment.deliver(deliver);
      });
    };
    return {
      ok: (value) => answer(() => resolve(value)),
      fail: (error) => answer(() => reject(error)),
    };
  }
}
