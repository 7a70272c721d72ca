import { readItems, type LedgerRuntime } from "../../../lambda/runtime/ledger";
import { BATCH_GET_RETRIES } from "../../../lambda/runtime/tunables";
import { FakeWorld, HOME, LATENCY_MS } from "../../helpers/fakeRuntime";
import { leavingUnprocessed } from "../../helpers/unprocessed";

let world: FakeWorld;
/** Numbers of keys that were asked for, call by call. */
let asked: number[];

beforeEach(() => {
  world = new FakeWorld();
  asked = [];
});

const pk = (n: number) => `order#${n}`;
const pks = (count: number) => Array.from({ length: count }, (_, n) => pk(n));

/** A ledger that processes at most so many keys of a call. */
function processing(keysAtMost: number): LedgerRuntime {
  const { clock, dynamodb } = world.runtime(HOME);
  const leave = (keys: readonly string[]) => {
    asked.push(keys.length);
    return keys.slice(keysAtMost);
  };
  return { clock, dynamodb: leavingUnprocessed(dynamodb, leave) };
}

describe("a read of several items", () => {
  it("returns those that exist, and asks for each key once", async () => {
    for (const n of [1, 3]) world.put({ pk: pk(n), n });
    const read = readItems(world.runtime(HOME), "ledger", [pk(1), pk(2), pk(3), pk(1)]);
    const { items, unread } = await world.play(read);
    expect([...items]).toEqual([1, 3].map((n) => [pk(n), { pk: pk(n), n }]));
    expect(unread).toEqual([]);
  });

  it("needs a call for each hundred keys, side by side", async () => {
    for (const one of pks(250)) world.put({ pk: one });
    const startedMs = world.nowMs;
    const { items } = await world.play(readItems(processing(100), "ledger", pks(250)));
    expect(world.nowMs - startedMs).toBe(LATENCY_MS);
    expect([...items.keys()]).toEqual(pks(250));
    expect(asked).toEqual([100, 100, 50]);
  });

  it("asks again for keys that were not processed", async () => {
    for (const one of pks(10)) world.put({ pk: one });
    const { items, unread } = await world.play(readItems(processing(4), "ledger", pks(10)));
    expect([...items.keys()].sort()).toEqual(pks(10).sort());
    expect([asked, unread]).toEqual([[10, 6, 2], []]);
  });

  it("gives up on such keys after some calls, and names them", async () => {
    for (const one of pks(10)) world.put({ pk: one });
    const { items, unread } = await world.play(readItems(processing(1), "ledger", pks(10)));
    expect(asked).toHaveLength(1 + BATCH_GET_RETRIES);
    expect(new Set([...items.keys(), ...unread])).toEqual(new Set(pks(10)));
    expect(unread).toHaveLength(10 - asked.length);
  });

  it("of none makes no call", async () => {
    await world.play(readItems(world.runtime(HOME), "ledger", []));
    expect(world.calls).toEqual([]);
  });
});
