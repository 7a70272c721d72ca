import type { FunctionDescription } from "../description/functions";
import { serviceError } from "../../support/aws/errors";
import type { Command, Reply, Service } from "./awsService";
import type { Base } from "./base";
import type { Environment } from "./environment";
import type { Permissions } from "./permissions";

/** Calls from functions to services: permission, network, latency, answer. */
export class Calls {
  constructor(
    private readonly base: Base,
    private readonly permissions: Permissions,
  ) {}

  /**
   * Sends a call once the environment's CPU has prepared it and it has a connection, unless it was
   * aborted meanwhile. Without a network path in either direction the promise stays pending.
   */
  send(
    environment: Environment,
    service: Service,
    region: string,
    command: Command,
    signal?: AbortSignal,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      environment.whenCpuIsFree(() => {
        if (signal?.aborted === true) return;
        environment.whenConnected(nameOf(service, region), true, (error) => {
          if (signal?.aborted === true) return;
          if (error !== undefined) return reject(error);
          if (!this.canReach(environment.description, service, region)) return;
          const reply = this.replyOf(environment, service, region, command, resolve, reject);
          this.carryOut(environment, service, region, command, reply);
        });
      });
    });
  }

  /**
   * The service does its work when the call is sent, and the answer arrives after a drawn time: a
   * caller that is killed in between never learns what it has done.
   */
  private carryOut(
    environment: Environment,
    service: Service,
    region: string,
    command: Command,
    reply: Reply,
  ): void {
    const { name, input } = command;
    const call = { environment, service: service.name, region, command: name, input };
    const disturbed = this.base.hooks.call.ask(call);
    if (disturbed === "hang") return;
    if (typeof disturbed === "object" && "error" in disturbed) return reply.fail(disturbed.error);
    if (!this.isAllowed(environment, service, region, command, reply)) return;
    service.handle(region, name, input, reply);
    if (disturbed === "die") environment.crash();
    else if (disturbed !== undefined) this.freeze(environment, disturbed.freezeMs);
  }

  /** Returns an answer after a drawn time, if the regions are still connected. */
  private replyOf(
    environment: Environment,
    service: Service,
    region: string,
    { name, input }: Command,
    resolve: (value: unknown) => void,
    reject: (error: Error) => void,
  ): Reply {
    const { base } = this;
    const { region: from } = environment.description;
    const isNear = from === region;
    const travel = (run: () => void): void => {
      const travelMs = isNear ? 0 : base.draw("crossRegionMs");
      base.simulation.after(travelMs + base.draw(service.latency(name, input)), () => {
        if (!isNear && !base.network.converses(from, region)) return;
        environment.sockets.keep(nameOf(service, region));
        environment.deliver(run);
      });
    };
    return {
      ok: (value) => travel(() => resolve(value)),
      fail: (error) => travel(() => reject(error)),
    };
  }

  /** A call without permission fails at once. */
  private isAllowed(
    { description }: Environment,
    service: Service,
    region: string,
    { name, input }: Command,
    reply: Reply,
  ): boolean {
    const asked = service.permission(region, name, input);
    const refused = this.permissions.refused(description, asked, {
      context: service.context?.(input),
      endpoint: description.vpcServices?.get(service.name),
    });
    if (refused === undefined) return true;
    const message = `not authorized to perform ${asked[0]} on ${refused}`;
    reply.fail(serviceError("AccessDeniedException", message));
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

const nameOf = (service: Service, region: string): string => `${service.name}.${region}`;
