import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { deployed } from "../harness/program";
import { type Measured, capacityOf, drainSeconds, relations } from "../throughput/arithmetic";
import { type Plan, planOf } from "../throughput/plan";
import { type Minute, isFlat } from "../throughput/steady";

const plan: Plan = {
  admittedByRegion: [100, 100],
  fresh: { queue: "orders", concurrency: 6, batchSize: 10 },
  backlog: { queue: "backlog", concurrency: 4, batchSize: 10 },
  processorShare: 0.29,
  sweepShare: 1,
  sweepEverySeconds: 60,
  sweepWorkSeconds: 45,
};
const rate = (perSecond: number) => ({ perSecond, cpuMsPerOrder: 1 });
const measured: Measured = {
  fresh: rate(50),
  backlog: rate(200),
  closing: rate(1_000),
  pruning: rate(1_000),
  requeueing: rate(5_000),
  rowsPerSecond: 2_000,
};

const minute = (open: number): Minute => ({
  accepted: 0,
  open,
  due: 0,
  freshAgeMaxSeconds: 0,
  sweep: "",
});

describe("the capacity", () => {
  it("is that of all sandboxes, and of the sweep in its part of a minute", () => {
    expect(capacityOf(plan, measured)).toEqual({
      admitted: 200,
      settled: 300,
      drained: 800,
      // 45 of 60 s, in which an order takes 2 ms.
      swept: 375,
    });
  });

  it("is no more than the rows that the database inserts", () => {
    const slow = { ...measured, rowsPerSecond: 250 };
    expect(capacityOf(plan, slow)).toMatchObject({ settled: 250, drained: 250 });
  });

  it("of the slower of re-queueing and settling drains a backlog", () => {
    const capacity = capacityOf(plan, measured);
    expect(drainSeconds(8_000, capacity, measured)).toBe(10);
    expect(drainSeconds(8_000, capacity, { ...measured, requeueing: rate(400) })).toBe(20);
  });

  it("must be what the API admits, at least", () => {
    const held = ({ admitted = 200, settled = 300, swept = 375 }) =>
      relations({ admitted, settled, swept, drained: 0 }).map(({ holds }) => holds);
    expect(held({})).toEqual([true, true, true]);
    expect(held({ admitted: 301 })).toEqual([false, true, true]);
    expect(held({ admitted: 376 })).toEqual([false, false, true]);
    expect(held({ settled: 376 })).toEqual([true, true, false]);
  });
});

describe("the number of open orders", () => {
  it("is flat where the last sweeps find no more than those before them", () => {
    expect(isFlat([9, 300, 310, 290, 305, 300].map(minute))).toBe(true);
  });

  it("is not flat where each sweep finds more", () => {
    expect(isFlat([100, 200, 300, 400, 500, 600].map(minute))).toBe(false);
  });
});

describe("the plan", () => {
  it("is read from the captured program", async () => {
    const directory = mkdtempSync(`${tmpdir()}/plan-`);
    try {
      const { admittedByRegion, fresh, backlog, ...rest } = planOf(await deployed(directory));
      expect(admittedByRegion).toHaveLength(2);
      expect(fresh.queue).not.toBe(backlog.queue);
      const bounds = [
        ...admittedByRegion,
        ...[fresh, backlog].flatMap(({ concurrency, batchSize }) => [concurrency, batchSize]),
        ...Object.values(rest),
      ];
      expect(bounds.filter((bound) => !(bound > 0))).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
