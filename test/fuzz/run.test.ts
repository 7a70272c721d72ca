import { shippedHandlers, type Handlers } from "./fuzzed";
import { fuzz, properties } from "./run";

const CASES = 2_000;

/** A mistake in one handler, and the property that must find it. */
const mistakes: [string, string, Partial<Handlers>][] = [
  [
    "an order-api that fails for the body null",
    "order-api answers every request as the contract says",
    {
      orderApi: (runtime) => {
        const handler = shippedHandlers.orderApi(runtime);
        return (event) => {
          if (event.body === "null") throw new TypeError("Cannot read properties of null");
          return handler(event);
        };
      },
    },
  ],
  [
    'an orchestrator that fails over for {"dryRun":"true"}',
    "an event that fits none of those meant does nothing",
    {
      failoverOrchestrator: (runtime) => {
        const handler = shippedHandlers.failoverOrchestrator(runtime);
        return (event, invocation) => {
          const { dryRun, ...command } = Object(event) as Record<string, unknown>;
          return handler(dryRun === "true" ? command : event, invocation);
        };
      },
    },
  ],
  [
    "an order-processor that leaves a promise alone",
    "no hint, error or answer of the database rejects or loses an acknowledged order",
    {
      orderProcessor: (runtime) => {
        const handler = shippedHandlers.orderProcessor(runtime);
        return (event) => {
          void runtime.sql({ endpoint: "", database: "", as: "application" })("select 1", []);
          return handler(event);
        };
      },
    },
  ],
];

it.each(mistakes)("finds %s and shrinks the case", async (_, name, wrong) => {
  const handlers = { ...shippedHandlers, ...wrong };
  const options = { seed: 1, cases: CASES, seconds: Infinity, only: { name } };
  const [found] = await fuzz(handlers, options);
  expect(found?.failure).not.toBeNull();
  const { path, case: smallest } = found!.failure!;
  const again = await fuzz(handlers, { ...options, only: { name, path } });
  expect(again[0]?.failure?.case).toBe(smallest);
});

it("plays the same cases for the same seed", async () => {
  const played = async (seed: number): Promise<unknown[]> => {
    const cases: unknown[] = [];
    const handlers: Handlers = {
      ...shippedHandlers,
      orderApi: (runtime) => {
        const handler = shippedHandlers.orderApi(runtime);
        return (event) => {
          cases.push(event);
          return handler(event);
        };
      },
    };
    const name = "order-api answers every request as the contract says";
    await fuzz(handlers, { seed, cases: 20, seconds: Infinity, only: { name } });
    return cases;
  };
  const first = await played(1);
  expect(await played(1)).toEqual(first);
  expect(await played(2)).not.toEqual(first);
});

it("finds nothing in the shipped handlers", async () => {
  const results = await fuzz(shippedHandlers, { seed: 7, cases: 300, seconds: Infinity });
  expect(results.map(({ failure }) => failure)).toEqual(properties.map(() => null));
});
