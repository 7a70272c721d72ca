import type { Stream } from "../../../support/simulation/random";
import type { RequestAnswer } from "../../world/hooks";
import { bounds } from "../bounds";
import { type Fault, type FaultKind, type Traits, fault, heldIn } from "./fault";

type Meant = (path: string, method: string) => boolean;

const isOrders: Meant = (path) => /^\/(canary-)?orders/.test(path);
const isOrder: Meant = (path, method) => isOrders(path, method) && method === "POST";
const isAny: Meant = () => true;

/**
 * The matching requests to home's API get the fault's answer, or none: from the gateway itself, or
 * from what is behind it, and then only if no throttle refuses them.
 */
function disturbing(
  traits: Traits,
  isMeant: Meant,
  answer: RequestAnswer,
  { share = 1, at: where = "integration" }: { share?: number; at?: "request" | "integration" } = {},
): Fault {
  return fault(traits, ({ world, region }) => {
    const { random, hooks } = world.base;
    const chance = random.stream(`fault ${traits.name}`);
    return [
      hooks[where].add((at, path, method) =>
        at === region("home") && isMeant(path, method) && (share === 1 || chance.chance(share))
          ? answer
          : undefined,
      ),
    ];
  });
}

const broken = (status: number): RequestAnswer => ({
  status,
  body: '{"message":"Internal server error"}',
});

/** Home's API fails. Nothing behind it is broken. */
export const apiLost: FaultKind = {
  name: "API",
  lasts: [360, 480],
  draw: (stream) => {
    const status = stream.pick([null, 500, 503]);
    const said = status === null ? "answers nothing" : `answers ${status} to everything`;
    return disturbing(
      {
        name: "API",
        description: `home's API ${said}`,
        failover: "must",
        bound: bounds.homeLost,
      },
      isAny,
      status === null ? "hang" : broken(status),
      { at: "request" },
    );
  },
};

/** Orders are refused while /health succeeds. */
export const acceptingBroken: FaultKind = {
  name: "accepting",
  lasts: [400, 480],
  draw: (stream) => {
    const isAuthorizer = stream.chance(0.5);
    const status = isAuthorizer ? 500 : stream.pick([500, 502, 503, 504]);
    const who = isAuthorizer ? "authorizer" : "order-api";
    const traits: Traits = {
      name: "accepting",
      description: `home's ${who} answers ${status}, /health is fine`,
      failover: "must",
      bound: bounds.acceptingStopped,
    };
    return status === CRASHED
      ? crashingOrderApi(traits)
      : disturbing(traits, isAuthorizer ? isOrders : isOrder, broken(status));
  },
};

/** The gateway's answer if the function behind it fails. */
const CRASHED = 502;

function crashingOrderApi(traits: Traits): Fault {
  const error = new Error("TypeError: undefined is not a function");
  return fault(traits, ({ world, region }) => [
    world.base.hooks.start.add(({ stem, region: at }) =>
      stem === "orderApi" && at === region("home") ? error : undefined,
    ),
  ]);
}

/** A share of the orders fails. An operator decides whether that justifies a failover. */
export const grayErrors: FaultKind = {
  name: "gray errors",
  lasts: [200, 420],
  draw: (stream) => {
    const share = stream.between(0.1, 0.9);
    const isAll = stream.chance(0.3);
    return disturbing(
      {
        name: "gray errors",
        description: `home's API answers 500 to ${(share * 100).toFixed(0)} % of ${isAll ? "all requests" : "the orders"}`,
        failover: "may",
      },
      isAll ? isAny : isOrder,
      broken(500),
      { share },
    );
  },
};

export const slowAnswers: FaultKind = {
  name: "slow answers",
  lasts: [200, 420],
  draw: (stream) => {
    const seconds = stream.between(1, 6);
    const share = stream.between(0.2, 1);
    return disturbing(
      {
        name: "slow answers",
        description: `${(share * 100).toFixed(0)} % of home's answers come ${seconds.toFixed(1)} s late`,
        failover: "may",
      },
      isAny,
      { delayMs: seconds * 1000 },
      { share },
    );
  },
};

/** Calls that never end, for example, use up the concurrency that home's order-api has. */
export const concurrencyTaken: FaultKind = {
  name: "concurrency taken",
  lasts: [400, 480],
  draw: () =>
    fault(
      {
        name: "concurrency taken",
        description: "at home order-api's concurrency is used up: orders get 500",
        failover: "must",
        bound: bounds.acceptingStopped,
      },
      ({ world, region }) =>
        [...world.base.program.functions.values()]
          .filter((each) => each.stem === "orderApi" && each.region === region("home"))
          .map(({ arn }) => heldIn(world, "concurrency", world.lambda.taken, arn)),
    ),
};

/** Other functions of the account run as often as it allows. Nothing is left that is unreserved. */
function crowded(role: "home" | "standby"): FaultKind {
  return {
    name: `${role} crowded`,
    lasts: [400, 600],
    draw: () =>
      fault(
        {
          name: `${role} crowded`,
          description: `other functions use all unreserved concurrency of the account at ${role}`,
          failover: "must not",
        },
        ({ world, region }) => [heldIn(world, "concurrency", world.lambda.taken, region(role))],
      ),
  };
}

export const homeCrowded = crowded("home");
export const standbyCrowded = crowded("standby");

/** Which throttle runs out of tokens. Health checks and orders share the account's throttle. */
const floods = {
  "other APIs of the account": undefined,
  "POST /orders": (path: string) => path === "/orders",
  "what asks for no token": (path: string, method: string) => !isOrders(path, method),
};

function flood(name: string, share: number, flooded: keyof typeof floods): Fault {
  return fault(
    {
      name,
      description: `at home ${flooded} gets so many requests that ${(share * 100).toFixed(0)} % get 429`,
      failover: "must not",
      onlyRefuses: true,
    },
    ({ world, region }) => [world.apis.flood(region("home"), share, floods[flooded])],
  );
}

const anyOf = (stream: Stream) => stream.pick(Object.keys(floods) as (keyof typeof floods)[]);

/** Others use up a throttle at home: 429 is an answer, not an outage. */
export const throttled: FaultKind = {
  name: "throttled",
  lasts: [120, 420],
  draw: (stream) => flood("throttled", stream.between(0.3, 1), anyOf(stream)),
};

/** Others use up a throttle at home while something is broken there. */
export const flooded: FaultKind = {
  name: "flooded",
  lasts: [500, 600],
  draw: (stream) => flood("flooded", stream.between(0.3, 0.9), anyOf(stream)),
};
