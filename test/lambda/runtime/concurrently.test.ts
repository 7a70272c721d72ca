import { atMost, pieces } from "../../../lambda/runtime/concurrently";

const later = () => new Promise((resolve) => setImmediate(resolve));

describe("atMost", () => {
  it("never has more calls under way than the limit", async () => {
    let underWay = 0;
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      seen.push(++underWay);
      await later();
      underWay--;
    };
    await atMost(3, [1, 2, 3, 4, 5, 6, 7], work);
    expect(Math.max(...seen)).toBe(3);
    expect(seen).toHaveLength(7);
  });

  it("returns the outcomes in the order of the items, whichever ends first", async () => {
    const work = async (item: number): Promise<number> => {
      for (let i = item; i < 4; i++) await later();
      if (item === 2) throw new Error("two");
      return item * 10;
    };
    expect(await atMost(3, [1, 2, 3], work)).toEqual([
      { status: "fulfilled", value: 10 },
      { status: "rejected", reason: new Error("two") },
      { status: "fulfilled", value: 30 },
    ]);
  });

  it("starts no further call once it may not, and still ends those under way", async () => {
    let isTimeLeft = true;
    const work = async (item: number): Promise<number> => {
      await later();
      isTimeLeft = item < 3;
      return item;
    };
    const outcomes = await atMost(2, [1, 2, 3, 4, 5, 6], work, () => isTimeLeft);
    expect(outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it("does nothing with no items", async () => {
    expect(await atMost(2, [], () => Promise.reject(new Error("never called")))).toEqual([]);
  });
});

describe("pieces", () => {
  it("splits items into pieces of a size, the last one smaller", () => {
    expect(pieces([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(pieces([], 2)).toEqual([]);
  });
});
