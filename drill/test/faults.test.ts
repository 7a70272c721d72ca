import { Stream } from "../../support/simulation/random";
import { corpus } from "../corpus";
import type { Control } from "../../lambda/control/control";
import { type ProbeResult, signOf } from "../../lambda/detection/evidence";
import { bounds, largest } from "../scenario/bounds";
import { nothing, regionLost } from "../scenario/faults";
import { apiLost } from "../scenario/faults/apis";
import { ttlIgnored } from "../scenario/faults/clients";
import { processorFrozen } from "../scenario/faults/crashes";
import { azFailover, lateCommits, promotionRefused } from "../scenario/faults/database";
import { deployment } from "../scenario/faults/operations";
import { type Stage, held } from "../scenario/faults/fault";
import { looksAgain } from "../scenario/faults/looking";
import { flappingAbove, flappingAt, flappingBelow, flappingShort } from "../scenario/faults/paths";
import { blind } from "../scenario/faults/triggers";
import { scenarios } from "../scenario/scenarios";
import type { Happening } from "../world/happenings";
import type { World } from "../world/world";
import { drawSchedule, kinds, scheduleOf, scheduleText } from "../scenario/schedule";

const seeds = Array.from({ length: 400 }, (_, i) => String(i + 1));
const at = (atSeconds: number, forSeconds = 300) => ({ atSeconds, forSeconds });

describe("a schedule", () => {
  it("depends on the seed alone", () => {
    const told = (seed: string) => scheduleText(drawSchedule(seed));
    for (const seed of seeds) expect(told(seed)).toBe(told(seed));
    expect(new Set(seeds.map(told)).size).toBeGreaterThan(380);
  });

  it("keeps the remaining faults unchanged when one is dropped", () => {
    let compared = 0;
    for (const seed of seeds) {
      const whole = scheduleText(drawSchedule(seed)).split("\n");
      if (whole.length < 2) continue;
      for (const [index, line] of whole.entries()) {
        expect(scheduleText(drawSchedule(seed, { keep: [index] }))).toBe(line);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });

  it("draws every kind of outage, and each kind by its name", () => {
    const drawn = new Set(Array.from({ length: 3_000 }, (_, i) => drawSchedule(`${i}`).kind));
    expect([...drawn].sort()).toEqual([...kinds].sort());
    for (const kind of kinds) expect(drawSchedule("1", { kind }).kind).toBe(kind);
    expect(() => drawSchedule("1", { kind: "flood" })).toThrow(/no kind of outage "flood": none, /);
  });

  it("describes every fault with its drawn values, start and duration", () => {
    expect(scheduleText(drawSchedule("1", { kind: "AZ failover" }))).toMatch(
      /^#0 +\d+\.\d s, for (3|4|5)\d\.\d s: Aurora fails over between home's AZs/,
    );
    for (const seed of seeds) {
      for (const { fault, forSeconds } of drawSchedule(seed).faults) {
        expect(fault.description.length).toBeGreaterThanOrEqual(12);
        expect(forSeconds).toBeGreaterThan(0);
      }
    }
  });

  it("begins faults before, during and after one another", () => {
    const gaps = seeds
      .map((seed) => drawSchedule(seed, { kind: "combination" }).faults)
      .map(([first, second]) => second!.atSeconds - first!.atSeconds);
    expect(gaps.some((gap) => gap < -60)).toBe(true);
    expect(gaps.some((gap) => gap > 30 && gap < 120)).toBe(true);
    expect(gaps.some((gap) => gap > 200)).toBe(true);
  });
});

describe("the requirement on the platform", () => {
  const stream = new Stream("owed");
  const draw = (kind: typeof apiLost) => kind.draw(stream);

  it("is empty if two regions are lost at once, and the outage never counts as passed", () => {
    const both = (second: number) =>
      scheduleOf("1", [
        { ...at(100), fault: regionLost("home") },
        { ...at(second), fault: regionLost("witness") },
      ]);
    expect(both(399)).toMatchObject({ isSurvivable: false, bound: undefined });
    expect(both(401)).toMatchObject({ isSurvivable: true, bound: bounds.homeLost });
    for (const seed of seeds) {
      expect(drawSchedule(seed, { kind: "two regions lost" }).isSurvivable).toBe(false);
    }
  });

  it("is the largest bound among the faults", () => {
    expect(largest([bounds.homeLost, undefined, bounds.hampered])).toBe(bounds.hampered);
    expect(largest([])).toBeUndefined();
    // Each bound allows something that the other does not.
    expect(largest([bounds.acceptingStopped, bounds.hampered])).toMatchObject({
      settledP99Seconds: 290,
      acceptedP99Seconds: 200,
    });
    const schedule = scheduleOf("1", [
      { ...at(200), fault: draw(apiLost) },
      { ...at(0), fault: draw(promotionRefused) },
    ]);
    expect(schedule).toMatchObject({ failover: "must", bound: bounds.hampered });
  });

  it("has no bound if nothing can act automatically, and no failover without an outage", () => {
    const hindered = [
      { ...at(200), fault: draw(apiLost) },
      { ...at(0), fault: draw(blind) },
    ];
    expect(scheduleOf("1", hindered)).toMatchObject({ failover: "may", bound: undefined });
    expect(scheduleOf("1", [{ ...at(0), fault: nothing }]).failover).toBe("must not");
    expect(scheduleOf("1", [{ ...at(0), fault: draw(azFailover) }]).failover).toBe("must not");
  });

  it("allows a failover if two faults delay settling at once", () => {
    const faults = [azFailover, deployment].map((kind) => ({ ...at(0), fault: draw(kind) }));
    expect(scheduleOf("1", faults).failover).toBe("may");
    expect(draw(lateCommits).delaysSettling).toBe(true);
  });

  it("is a failover if a partition takes the ledger from home, and none if home keeps it", () => {
    for (const seed of seeds) {
      const { faults, failover, bound } = drawSchedule(seed, { kind: "cut" });
      const isHomeOut = faults[0]!.fault.description.includes("home is without the ledger");
      expect([failover, bound]).toEqual(
        isHomeOut ? ["must", bounds.homeLost] : ["must not", undefined],
      );
    }
  });

  it("is blurred if a fault settles some orders late throughout", () => {
    const blurred = (kind: typeof apiLost) =>
      scheduleOf("1", [{ ...at(0), fault: draw(kind) }]).isBlurred;
    expect([processorFrozen, lateCommits, azFailover, apiLost].map(blurred)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("records that some clients do not follow DNS", () => {
    const stray = (kind: typeof apiLost) =>
      scheduleOf("1", [{ ...at(0), fault: draw(kind) }]).hasStrayClients;
    expect([ttlIgnored, apiLost].map(stray)).toEqual([true, false]);
  });

  it("has a bound for every kind that must fail over", () => {
    for (const { name } of scenarios) {
      const { failover, bound } = drawSchedule("5", { kind: name });
      if (failover === "must") expect([name, bound?.rank]).toEqual([name, expect.any(Number)]);
    }
  });
});

describe("overlapping faults", () => {
  it("release what they hold when the last of them ends", () => {
    const world = {} as World;
    const told: string[] = [];
    const take = () =>
      held(
        world,
        "x",
        () => told.push("taken"),
        () => told.push("given back"),
      );
    const [one, other] = [take(), take()];
    held(
      {} as World,
      "x",
      () => told.push("another world's"),
      () => {},
    );
    one();
    expect(told).toEqual(["taken", "another world's"]);
    other();
    expect(told.at(-1)).toBe("given back");
    take();
    expect(told.at(-1)).toBe("taken");
  });

  it("count recovery from the standby's next poll, unless its takeover was complete before its loss", () => {
    const begun = (firstAtMs: number | undefined): number => {
      let watcher: (happening: Happening) => void = () => {};
      let recoveries = 0;
      const stage = {
        world: {
          base: { nowMs: 1_000_000, watch: (see: typeof watcher) => (watcher = see) },
          dynamodb: { peek: () => firstAtMs && { firstAtMs } },
        },
        ledgerTable: "ledger",
        region: () => "us-east-2",
        recoveryBegins: () => recoveries++,
      } as unknown as Stage;
      const returned = looksAgain(stage);
      const look = { kind: "asked", asked: { from: "us-east-2" } } as Happening;
      watcher({ kind: "ledger blocked", region: "us-east-2" });
      watcher(look);
      returned();
      watcher(look);
      watcher({ kind: "ledger ready", region: "us-east-1" });
      watcher(look);
      expect(recoveries).toBe(0);
      watcher({ kind: "ledger ready", region: "us-east-2" });
      watcher(look);
      watcher(look);
      return recoveries;
    };
    expect([begun(undefined), begun(940_000), begun(939_999)]).toEqual([1, 1, 0]);
  });
});

describe("flapping", () => {
  /**
   * The second at which a loop first sees a sign. Home is healthy every 5 s, and when a poll finds
   * it so.
   */
  function signAfter(down: number, up: number, phase: number): number | undefined {
    const control = { epoch: 1 } as Control;
    const probes: ProbeResult[] = [];
    let aliveAtMs = 0;
    for (let second = 0; second <= 420; second++) {
      const isDown = second % (down + up) < down;
      const isLook = second % 10 === phase;
      if (!isDown && (isLook || second % 5 === 0)) aliveAtMs = second * 1000;
      if (!isLook) continue;
      const atMs = second * 1000;
      const home = isDown ? "bad" : "good";
      probes.push({ atMs, home, canary: "unanswered", aliveAgeMs: atMs - aliveAtMs });
      const evidence = {
        probes: probes.slice(-12),
        aliveAtMs,
        progress: null,
        waitingSinceMs: null,
      };
      if (signOf(control, evidence, atMs + (isDown ? 3_000 : 0)) !== null) return second;
    }
    return undefined;
  }

  const drawn = (kind: typeof apiLost): [down: number, up: number][] => {
    const found = new Map<string, [number, number]>();
    for (let i = 0; i < 600; i++) {
      const { description } = kind.draw(new Stream(`flapping ${i}`));
      const [, down, up] = /nothing for (\d+) s, then all for (\d+) s/.exec(description)!;
      found.set(`${down} ${up}`, [Number(down), Number(up)]);
    }
    return [...found.values()];
  };
  const phases = Array.from({ length: 10 }, (_, i) => i);

  it("above the threshold gives a sign within 75 s, however polls and silences align", () => {
    const pairs = drawn(flappingAbove);
    expect(pairs.length).toBeGreaterThan(80);
    for (const [down, up] of pairs) {
      for (const phase of phases) {
        const seconds = signAfter(down, up, phase) ?? Infinity;
        if (seconds > 75) throw new Error(`${down} s down, ${up} s up: ${seconds} s at ${phase}`);
      }
    }
  });

  it("with short silences gives a sign within three minutes, however polls and silences align", () => {
    const seconds = drawn(flappingShort).flatMap(([down, up]) =>
      phases.map((phase) => signAfter(down, up, phase) ?? Infinity),
    );
    expect(seconds.length).toBeGreaterThan(500);
    expect(Math.max(...seconds)).toBeLessThan(180);
  });

  it("gives no sign below the threshold, and sometimes one at the threshold", () => {
    for (const [down, up] of drawn(flappingBelow)) {
      for (const phase of phases) expect(signAfter(down, up, phase)).toBeUndefined();
    }
    const shown = drawn(flappingAt).flatMap(([down, up]) =>
      phases.map((phase) => signAfter(down, up, phase) !== undefined),
    );
    expect([shown.includes(true), shown.includes(false)]).toEqual([true, true]);
  });
});

it("every seed of the corpus has an existing kind and says what it found", () => {
  for (const { seed, kind, found } of corpus) {
    expect(drawSchedule(seed, { kind }).faults.length).toBeGreaterThan(0);
    expect(found.length).toBeGreaterThan(30);
  }
});
