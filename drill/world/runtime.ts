import {
  type HttpAnswer,
  type HttpRequest,
  type Runtime,
  type Sender,
  CANARY_ACCOUNT,
} from "../shipped";
import type { FunctionDescription } from "../description/functions";
import type { ApiGateways } from "./apiGateway";
import type { Aurora } from "./aurora";
import type { Command, Service } from "./awsService";
import type { Base } from "./base";
import type { Calls } from "./calls";
import type { Environment } from "./environment";
import type { Asked } from "./happenings";

/** The simulated services that a function reaches. */
export interface Surroundings {
  readonly base: Base;
  readonly calls: Calls;
  readonly apis: ApiGateways;
  readonly aurora: Aurora;
  readonly services: Readonly<
    Record<
      "cloudwatch" | "dynamodb" | "lambda" | "rds" | "route53" | "s3" | "schedules" | "sns" | "sqs",
      Service
    >
  >;
  /** Called with each line that a function logs. */
  written(description: FunctionDescription, line: string): void;
  /** Called when a function sends an HTTP request. */
  asked(by: Environment, request: HttpRequest): Asked;
  /** Called when a function receives an HTTP answer. */
  answered(by: "function", request: HttpRequest, answer: HttpAnswer): void;
}

/** The runtime that `lambda/entry` gives a handler on AWS, here with the simulated services. */
export function createRuntime(world: Surroundings, environment: Environment): Runtime {
  const { description } = environment;
  const { simulation } = world.base;
  const { services } = world;
  const send = (service: Service, region: string) => ({
    send: (command: Command) => world.calls.send(environment, service, region, command),
  });
  /** The SDK overloads `send` for each command. This one accepts any command. */
  const sender = <Client extends { send: unknown }>(service: Service): Sender<Client> =>
    send(service, description.region);
  const perRegion = <Client extends { send: unknown }>(service: Service) => {
    const senders = new Map<string, Sender<Client>>();
    return (region: string): Sender<Client> => {
      let found = senders.get(region);
      if (found === undefined) {
        found = send(service, region);
        senders.set(region, found);
      }
      return found;
    };
  };
  return {
    env: description.environment,
    clock: {
      nowMs: () => world.base.clockMs(description.region),
      timer: (delayMs, fire) => simulation.after(delayMs, () => environment.deliver(fire)),
    },
    write: (line) => world.written(description, line),
    http: (request) =>
      new Promise((resolve) => {
        const seen = world.asked(environment, request);
        world.apis.request(description.region, request, (answer) =>
          environment.deliver(() => {
            seen.status = answer.status;
            world.answered("function", request, answer);
            resolve(answer);
          }),
        );
      }),
    // Signatures are verified on a thread pool, which does not fit into virtual time. So a token is
    // the name of its account.
    verifyToken: (token) => Promise.resolve({ accountId: token }),
    canaryToken: () => Promise.resolve(CANARY_ACCOUNT),
    sql: (address) => world.aurora.sql(environment, address),
    dynamodb: sender(services.dynamodb),
    cloudwatch: sender(services.cloudwatch),
    eventbridge: perRegion(services.schedules),
    lambda: perRegion(services.lambda),
    rds: perRegion(services.rds),
    route53: sender(services.route53),
    s3: sender(services.s3),
    sns: perRegion(services.sns),
    sqs: perRegion(services.sqs),
  };
}
