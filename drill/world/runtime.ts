import type { HttpAnswer, HttpRequest, Sender } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import type { ApiGateways } from "./apiGateway";
import type { Aurora } from "./aurora";
import type { Command, Service } from "./awsService";
import type { Base } from "./base";
import type { Calls } from "./calls";
import type { Clients, Environment } from "./environment";
import type { Asked } from "./happenings";
import type { KeySources } from "./keySources";

/** The simulated services that a function reaches. */
export interface Surroundings {
  readonly base: Base;
  readonly calls: Calls;
  readonly apis: ApiGateways;
  readonly aurora: Aurora;
  readonly keys: KeySources;
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

/** The clients that `lambda/entry` creates on AWS, here of the simulated services. */
export function createRuntime(world: Surroundings, environment: Environment): Clients {
  const { description } = environment;
  const { simulation } = world.base;
  const { services } = world;
  const send = (service: Service, region: string) => ({
    send: (command: Command, options?: { abortSignal?: AbortSignal }) =>
      world.calls.send(environment, service, region, command, options?.abortSignal),
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
      new Promise((resolve, reject) => {
        const ask = world.keys.isForProvider(request) ? askForKeys : askApi;
        const send = ask(world, environment, request, resolve);
        // As in `lambda/entry/http`, each request has a connection of its own.
        environment.whenConnected(hostOf(request.url), false, (error) => {
          if (error === undefined) send();
          else reject(error);
        });
      }),
    shareLookups: (share) => {
      environment.sockets.share = share;
    },
    secretText: async (arn) => {
      const owner = world.keys.ownerOfSecret(arn);
      const read = owner && world.keys.reading(environment, owner);
      const command = { name: "GetSecretValueCommand", input: { SecretId: arn } };
      const answer = await world.calls.send(environment, world.keys, description.region, command);
      const { SecretString } = answer as { SecretString?: string };
      read?.(SecretString);
      return SecretString;
    },
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

type Resolve = (answer: HttpAnswer) => void;

const hostOf = (url: string): string => url.slice(8, url.indexOf("/", 8));

/** Reports a request to an API. The function that it returns sends it. */
function askApi(
  world: Surroundings,
  environment: Environment,
  request: HttpRequest,
  resolve: Resolve,
): () => void {
  const seen = world.asked(environment, request);
  return () =>
    world.apis.request(environment.description.region, request, (answer) =>
      environment.deliver(() => {
        seen.status = answer.status;
        world.answered("function", request, answer);
        resolve(answer);
      }),
    );
}

function askForKeys(
  { keys }: Surroundings,
  environment: Environment,
  _: HttpRequest,
  resolve: Resolve,
): () => void {
  const read = keys.reading(environment, "clients");
  return () =>
    keys.requestKeySet((answer) =>
      environment.deliver(() => {
        read(answer.body);
        resolve(answer);
      }),
    );
}
