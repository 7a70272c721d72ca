import { type FunctionDescription, mayInvoke } from "../description/functions";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { Base } from "./base";
import { Environment, type Outcome } from "./environment";
import { serviceError } from "../../support/aws/errors";
import { type Done, FunctionState, Invocation } from "./invocation";
import type { Input, Reply, Service } from "./awsService";

const ACCOUNT_CONCURRENCY = fixedAssumptions.accountConcurrency.value;
const RETRY_WAITS_MS = fixedAssumptions.asyncRetryWaitSeconds.value.map(toMs);
const THROTTLE_WAIT_MAX_MS = toMs(fixedAssumptions.throttleWaitMaxSeconds.value);
const LOST_REGION_WAIT_MS = toMs(fixedAssumptions.lostRegionWaitSeconds.value);

/** Lambda in all regions: environments, concurrency, timeouts, asynchronous retries. */
export class Lambda implements Service {
  readonly name = "lambda";
  private readonly functions = new Map<string, FunctionState>();
  private readonly busyByRegion = new Map<string, number>();
  private readonly unreserved = new Map<string, number>();
  private requests = 0;
  /**
   * As a fault: regions where other functions use all of the account's unreserved concurrency, and
   * ARNs of functions whose own reserved concurrency is used up.
   */
  readonly taken = new Set<string>();

  /** Set by the world: creates the handler of a new environment. */
  createHandler: (environment: Environment) => void = () => {
    throw new Error("the world has not been put together yet");
  };
  onDeadLetter: (queueOrTopicArn: string, body: string) => void = () => {};

  constructor(private readonly base: Base) {
    for (const description of base.program.functions.values()) this.add(description);
    base.network.onChange(() => this.killLost());
  }

  add(description: FunctionDescription): void {
    const { region, reservedConcurrency: reserved = 0 } = description;
    this.unreserved.set(region, (this.unreserved.get(region) ?? ACCOUNT_CONCURRENCY) - reserved);
    this.functions.set(description.arn, new FunctionState(description));
  }

  /** The function with this name or ARN in a region. */
  find(reference: string, region: string): FunctionDescription | undefined {
    const known = this.functions.get(reference)?.description;
    if (known !== undefined) return known.region === region ? known : undefined;
    for (const { description } of this.functions.values()) {
      if (description.name === reference && description.region === region) return description;
    }
    return undefined;
  }

  countsOf(functionName: string, region: string): FunctionState["counts"] {
    const arn = this.find(functionName, region)?.arn;
    if (arn === undefined) throw new Error(`no function ${functionName} in ${region}`);
    return this.functions.get(arn)!.counts;
  }

  environmentsOf(arn: string): readonly Environment[] {
    return [...(this.functions.get(arn)?.environments ?? [])];
  }

  /**
   * Invokes and waits for the result. A warm environment starts at once: its start-up time is part
   * of the latency before it. A lost region returns no result.
   */
  invoke(arn: string, payload: unknown, done: Done): void {
    const state = this.functions.get(arn);
    if (state === undefined) throw new Error(`no function ${arn}`);
    const { description } = state;
    if (this.base.network.isLost(description.region)) return;
    if (this.isFull(state)) {
      const { name: functionName, region } = description;
      this.base.happened({ kind: "throttled", functionName, region });
      done({ how: "throttled", reason: "Rate Exceeded" });
      return;
    }
    this.count(state, 1);
    const environment = this.takeEnvironment(state);
    if (environment.handler !== undefined) return this.start(state, environment, payload, done);
    this.base.afterDraw("coldStartMs", () => {
      if (!environment.isDead) this.start(state, environment, payload, done);
    });
  }

  /**
   * Queues an event. It is delivered at least once, and retried according to the function's
   * settings.
   */
  invokeAsync(arn: string, payload: unknown): void {
    const description = this.functions.get(arn)?.description;
    if (description === undefined || this.base.network.isLost(description.region)) return;
    const { name: functionName, region } = description;
    this.base.happened({ kind: "invoked", functionName, region, how: "async" });
    const queuedAtMs = this.base.nowMs;
    const usual = this.base.draw("asyncDuplicateChance") === 1 ? [0, 0] : [0];
    for (const lateMs of this.base.hooks.event.ask(description, payload) ?? usual) {
      const deliveryMs = lateMs + this.base.draw("asyncDeliveryMs");
      this.base.simulation.after(deliveryMs + this.base.draw("warmStartMs"), () =>
        this.attempt(description, payload, queuedAtMs, 0, 0),
      );
    }
  }

  /** Invokes on behalf of a service, if the function's permissions allow it. */
  invokeFor(principal: string, sourceArn: string, functionArn: string, payload: unknown): boolean {
    const description = this.functions.get(functionArn)?.description;
    const { account } = this.base.program;
    if (description === undefined || !mayInvoke(description, principal, sourceArn, account)) {
      this.base.happened({
        kind: "denied",
        functionName: description?.name ?? functionArn,
        region: description?.region ?? "",
        action: `lambda:InvokeFunction by ${principal}`,
        resource: sourceArn,
      });
      return false;
    }
    this.invokeAsync(functionArn, payload);
    return true;
  }

  latency(): "lambdaCallMs" {
    return "lambdaCallMs";
  }

  permission(region: string, _command: string, input: Input): [string, string] {
    const reference = String(input["FunctionName"]);
    return ["lambda:InvokeFunction", this.find(reference, region)?.arn ?? reference];
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    if (command !== "InvokeCommand") throw new Error(`${command} is not modelled`);
    const description = this.find(String(input["FunctionName"]), region);
    if (description === undefined) {
      const message = `Function not found: ${String(input["FunctionName"])} in ${region}`;
      return reply.fail(serviceError("ResourceNotFoundException", message));
    }
    const payload = parsePayload(input["Payload"]);
    if (input["InvocationType"] === "Event") {
      this.invokeAsync(description.arn, payload);
      return reply.ok({ StatusCode: 202 });
    }
    const { name: functionName } = description;
    this.base.happened({ kind: "invoked", functionName, region, how: "sync" });
    this.base.afterDraw("warmStartMs", () => this.invokeFully(description.arn, payload, reply));
  }

  private invokeFully(arn: string, payload: unknown, reply: Reply): void {
    this.invoke(arn, payload, (outcome) => {
      if (outcome.how === "throttled") {
        return reply.fail(serviceError("TooManyRequestsException", outcome.reason));
      }
      const body = outcome.how === "returned" ? outcome.result : { errorMessage: outcome.reason };
      reply.ok({
        StatusCode: 200,
        Payload: Buffer.from(JSON.stringify(body ?? null)),
        ...(outcome.how === "returned" ? {} : { FunctionError: "Unhandled" }),
      });
    });
  }

  private isFull({ busy, description }: FunctionState): boolean {
    const { arn, region, reservedConcurrency } = description;
    if (this.taken.has(arn)) return true;
    if (reservedConcurrency !== undefined) return busy >= reservedConcurrency;
    return (
      this.taken.has(region) || (this.busyByRegion.get(region) ?? 0) >= this.unreserved.get(region)!
    );
  }

  private count(state: FunctionState, change: number): void {
    state.busy += change;
    const { region, reservedConcurrency } = state.description;
    if (reservedConcurrency === undefined) {
      this.busyByRegion.set(region, (this.busyByRegion.get(region) ?? 0) + change);
    }
  }

  /**
   * The environment that was used last, unless it has been idle for so long that Lambda removed it.
   */
  private takeEnvironment(state: FunctionState): Environment {
    for (let idle = state.idle.pop(); idle !== undefined; idle = state.idle.pop()) {
      const keptMs = this.base.draw("environmentIdleSeconds") * 1000;
      if (this.base.nowMs - idle.idleSinceMs < keptMs) return idle;
      idle.kill();
      state.environments.delete(idle);
    }
    const environment = new Environment(state.description, this.base);
    state.environments.add(environment);
    return environment;
  }

  private start(
    state: FunctionState,
    environment: Environment,
    payload: unknown,
    done: Done,
  ): void {
    const { simulation, hooks } = this.base;
    const id = `request-${++this.requests}`;
    const invocation = new Invocation(this, simulation, state, environment, id, done);
    environment.invocation = invocation;
    environment.payload = payload;
    const failure = hooks.start.ask(state.description, payload);
    if (failure !== undefined) {
      return invocation.end({ how: "failed", reason: String(failure), isUnplayed: true });
    }
    simulation.continued();
    try {
      if (environment.handler === undefined) this.createHandler(environment);
      environment.catchUp();
      environment.handler!(payload, invocation).then(
        (result) => invocation.end({ how: "returned", result }),
        (error: unknown) => invocation.end({ how: "failed", reason: String(error) }),
      );
    } catch (error) {
      invocation.end({ how: "failed", reason: String(error) });
    }
  }

  /** Called by the invocation itself. */
  ended({ state, environment, done }: Invocation, outcome: Outcome): void {
    this.count(state, -1);
    state.counts.invocations++;
    if (outcome.how !== "returned") state.counts.errors++;
    if (outcome.how === "returned") {
      environment.idleSinceMs = this.base.nowMs;
      state.idle.push(environment);
    } else this.bury(state, environment, outcome.reason);
    done(outcome, environment);
  }

  /** After an error the process continues. A timeout or a dead process ends the environment. */
  private bury(state: FunctionState, environment: Environment, reason: string): void {
    const { name: functionName, region } = state.description;
    this.base.happened({ kind: "invocation failed", functionName, region, reason });
    if (!/^(Task timed out|Runtime exited)/.test(reason)) {
      environment.idleSinceMs = this.base.nowMs;
      if (environment.handler !== undefined) {
        state.idle.push(environment);
        return;
      }
    }
    environment.kill();
    state.environments.delete(environment);
  }

  private attempt(
    description: FunctionDescription,
    payload: unknown,
    queuedAtMs: number,
    failures: number,
    throttles: number,
  ): void {
    const { simulation } = this.base;
    const again = (waitMs: number, nextFailures: number, nextThrottles: number): void => {
      simulation.after(waitMs, () =>
        this.attempt(description, payload, queuedAtMs, nextFailures, nextThrottles),
      );
    };
    // A lost region keeps its queued events and continues with them when it returns.
    if (this.base.network.isLost(description.region))
      return again(LOST_REGION_WAIT_MS, failures, throttles);
    this.invoke(description.arn, payload, (outcome) => {
      if (outcome.how === "returned") return;
      if (simulation.nowMs - queuedAtMs > description.asyncMaxAgeMs) {
        return this.giveUp(description, payload);
      }
      if (outcome.how === "throttled") {
        const waitMs = Math.min(1_000 * 2 ** throttles, THROTTLE_WAIT_MAX_MS);
        return again(waitMs, failures, throttles + 1);
      }
      if (failures >= description.asyncRetries) return this.giveUp(description, payload);
      again(RETRY_WAITS_MS[failures]!, failures + 1, throttles);
    });
  }

  private giveUp(description: FunctionDescription, payload: unknown): void {
    if (description.deadLetterArn !== undefined) {
      this.onDeadLetter(description.deadLetterArn, JSON.stringify(payload));
    }
  }

  private killLost(): void {
    for (const state of this.functions.values()) {
      if (!this.base.network.isLost(state.description.region)) continue;
      for (const environment of state.environments) environment.kill();
      state.environments.clear();
      state.idle.length = 0;
      this.count(state, -state.busy);
    }
  }
}

function parsePayload(payload: unknown): unknown {
  return payload === undefined ? {} : JSON.parse(Buffer.from(payload as Uint8Array).toString());
}
