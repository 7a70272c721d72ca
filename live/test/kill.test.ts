import { choicesOf, kinds } from "../kill/choices";
import { isKept, playRound } from "../kill/round";
import { World } from "../kill/world";

describe("the choices of a round", () => {
  it("follow from the seed and the number of the round alone", () => {
    expect(choicesOf("7", 3)).toEqual(choicesOf("7", 3));
    const texts = ["7", "8"].map((seed) =>
      JSON.stringify(Array.from({ length: 8 }, (_, round) => choicesOf(seed, round))),
    );
    expect(texts[0]).not.toBe(texts[1]);
  });

  it("have each kind once in four rounds", () => {
    for (const first of [0, 4, 8]) {
      const cycle = [0, 1, 2, 3].map((n) => choicesOf("7", first + n).kind);
      expect(new Set(cycle)).toEqual(new Set(Object.keys(kinds)));
    }
  });
});

test("orders are missing if the sweep closes what was never replicated", async () => {
  const world = await World.start({ sweepsLookAtHome: true });
  try {
    const choices = { ...choicesOf("7", 0), kind: "writer" as const, heldBackMs: 3_000 };
    const result = await playRound(world, 0, choices, 5_000);
    const closed = world.books.items.filter(({ shard }) => shard?.startsWith("closed#"));
    const closedIds = new Set(closed.map(({ order }) => order.orderId));
    expect(result.missing.filter((id) => closedIds.has(id))).not.toEqual([]);
    expect(isKept(result)).toBe(false);
  } finally {
    await world.stop();
  }
}, 240_000);
