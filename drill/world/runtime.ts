import type { HttpAnswer, Runtime, Sender } from "../../lambda/runtime/runtime";
import { CANARY_ACCOUNT } from "../../lambda/auth/tunables";
import type { Stream } from "../../support/simulation/random";
import type { Environment } from "./environment";
import type { Command, Service } from "./service";
import type { World } from "./world";

const HEX = "0123456789abcdef";

/** A version 4 UUID from a stream of the world's own. */
export function uuid(stream: Stream): string {
  let text = "";
  for (let i = 0; i < 32; i++) {
    if (i === 8 || i === 12 || i === 16 || i === 20) text += "-";
    if (i === 12) text += "4";
    else text += HEX[i === 16 ? 8 + stream.integer(0, 3) : stream.integer(0, 15)];
  }
  return text;
}

/** An answer whose body is written out only where a handler reads it. */
class TextAnswer implements HttpAnswer {
  constructor(private readonly answer: HttpAnswer) {}

  get status(): number {
    return this.answer.status;
  }

  get body(): string {
    return String(this.answer.body);
  }
}

/** What `lambda/entry` hands to a handler on AWS, here with the simulated services behind it. */
export function createRuntime(world: World, environment: Environment): Runtime {
  const { description } = environment;
  const { simulation } = world.base;
  const deliver = (run: () => void): void => environment.deliver(run);
  const send = (service: Service, region: string) => ({
    send: (command: Command) => world.calls.send(environment, service, region, command),
  });
  /** The SDK's `send` is overloaded per command; what arrives here is any of them. */
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
      nowMs: () => Math.floor(simulation.nowMs),
      timer: (delayMs, fire) => simulation.after(delayMs, deliver, fire),
    },
    write: (line) => world.written(description, line),
    http: (request) =>
      new Promise((resolve) => {
        const seen = world.asked(environment, request);
        world.apis.request(description.region, request, (answer) =>
          environment.deliver(() => {
            seen.status = answer.status;
            world.answered("function", request, answer);
            resolve(new TextAnswer(answer));
          }),
        );
      }),
    // Signatures are verified on a thread pool, which has no place in virtual time: a token is the
    // name of its account.
    verifyToken: (token) => Promise.resolve({ accountId: token }),
    canaryToken: () => Promise.resolve(CANARY_ACCOUNT),
    sql: (address) => world.aurora.sql(environment, address),
    dynamodb: sender(world.dynamodb),
    cloudwatch: sender(world.cloudwatch),
    eventbridge: perRegion(world.schedules),
    lambda: perRegion(world.lambda),
    rds: perRegion(world.rds),
    route53: sender(world.route53),
    s3: sender(world.s3),
    sns: perRegion(world.sns),
    sqs: perRegion(world.sqs),
  };
}
