import { START_MS } from "../../../support/simulation/simulation";
import { twoWitnesses } from "../../scenario/promises/witnesses";
import type { Environment } from "../../world/environment";
import type { Asked, Happening } from "../../world/happenings";
import { HOME, STANDBY, TABLE, atHome, fenced, tell, world, written } from "./scene";

describe("the two witnesses", () => {
  const probe = (secondsAgo: number, status: number | undefined): Happening => {
    const asked: Asked = {
      atMs: START_MS - secondsAgo * 1000,
      from: STANDBY,
      url: `https://api.execute-api.${HOME}.amazonaws.com/v1/health`,
      method: "GET",
      status,
    };
    return { kind: "asked", asked, by: {} as Environment };
  };
  const probes = (status: number | undefined) => [20, 10, 0].map((ago) => probe(ago, status));
  const fence = written(atHome, fenced);
  const silentFor = (seconds: number) => {
    world.items[`alive#${HOME}`] = { atMs: START_MS - seconds * 1000 };
    world.items[`progress#${HOME}`] = { lastAtMs: START_MS - 5_000 };
  };

  it("are bad polls together with home's own silence", () => {
    silentFor(25);
    expect(tell(twoWitnesses, [...probes(undefined), fence]).at(-1)).toBeUndefined();
    expect(tell(twoWitnesses, [...probes(503), fence]).at(-1)).toBeUndefined();
  });

  it("are not silence alone, bad polls alone, or polls of an isolated standby", () => {
    silentFor(25);
    expect(tell(twoWitnesses, [...probes(200), fence]).at(-1)).toMatch(/0 bad looks/);
    expect(tell(twoWitnesses, [fence]).at(-1)).toMatch(/0 bad looks, silent for 25000 ms/);
    // The poll itself may have taken 5 s more.
    silentFor(10);
    expect(tell(twoWitnesses, [...probes(503), fence]).at(-1)).toMatch(/silent for 15000 ms/);
  });

  it("are stopped progress together with a waiting order", () => {
    silentFor(1);
    world.items[`progress#${HOME}`] = { lastAtMs: START_MS - 81_000 };
    const order = (secondsAgo: number): Happening =>
      ({
        kind: "ledger written",
        table: TABLE,
        pk: "order#1",
        item: {
          shard: "open#1",
          acceptedAt: new Date(START_MS - secondsAgo * 1000).toISOString(),
        },
      }) as unknown as Happening;
    expect(tell(twoWitnesses, [order(82), fence]).at(-1)).toBeUndefined();
    expect(tell(twoWitnesses, [order(70), fence]).at(-1)).toMatch(/not settling for 81000 ms/);
  });
});
