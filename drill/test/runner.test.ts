import { parseOptions } from "../../support/cli/options";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { playTask } from "./playing/client";
import { type DrillOptions, OURS, drillCommand, drillOptionsOf } from "../runner/options";
import { type Played, type Task, SAME_SEED_SAME_TRACE } from "../runner/played";
import { jsonText } from "../runner/json";
import { withPlayers } from "../runner/players";
import { run } from "../runner/run";
import { shrink } from "../runner/shrink";
import { distribution } from "../runner/tally";
import { failureText, furtherText, replayLine, resultsText } from "../runner/text";
import { type Counters, counterNames } from "../scenario/coverage";

const names = { kinds: ["region", "none"], designs: ["ours", "no latch"] };
const parse = (...args: string[]): DrillOptions =>
  drillOptionsOf(parseOptions(drillCommand, args), names, 2);

function played(task: Task, changes: Partial<Played> = {}): Played {
  return {
    index: task.index,
    seed: task.seed,
    kind: task.index % 2 === 0 ? "region" : "none",
    verdict: "PASSED",
    broken: [],
    bound: task.index % 2 === 0 ? "region or API lost" : undefined,
    recovery: { settled: 100 + task.index, accepted: 50 + task.index, overhead: task.index },
    orders: { acknowledged: 10, missing: 0, rejected: 0, doubled: 0, altered: 0 },
    coverage: { disarmed: 1 },
    virtualSeconds: 720,
    eventsPlayed: 1_000,
    traceHash: `hash${task.index}`,
    faults: [0],
    ...changes,
  };
}

describe("a run", () => {
  it("adds up in order, whichever outage ends first", async () => {
    const slow = (task: Task): Promise<Played> =>
      new Promise((resolve) => setTimeout(() => resolve(played(task)), (7 * task.index) % 5));
    const quick = (task: Task): Promise<Played> => Promise.resolve(played(task));
    const options = parse("--outages", "12", "--seed", "3");
    const done: number[] = [];
    const first = await run(options, slow, (count) => done.push(count));
    expect(resultsText(first.results)).toBe(resultsText((await run(options, quick)).results));
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("counts exactly", async () => {
    const seeds: string[] = [];
    const { results } = await run(parse("--outages", "4", "--seed", "3"), (task) => {
      seeds.push(`${task.seed}${task.isPlayedTwice === true ? " twice" : ""}`);
      return Promise.resolve(played(task));
    });
    expect(seeds).toEqual(["3 twice", "3.1", "3.2", "3.3"]);
    expect(results).toMatchObject({
      outages: 4,
      failed: 0,
      kinds: [
        { kind: "none", played: 2, passed: 2, failed: 0, notSurvivable: 0 },
        { kind: "region", played: 2, passed: 2, failed: 0, notSurvivable: 0 },
      ],
      bounds: [
        {
          bound: "region or API lost",
          settled: { count: 2, p50: 100, p99: 102, max: 102, never: 0 },
          accepted: { p50: 50, max: 52 },
          overhead: { p50: 0, max: 2 },
        },
      ],
      orders: { acknowledged: 40, missing: 0, rejected: 0, doubled: 0, altered: 0 },
      eventsPlayed: 4_000,
      virtualSeconds: 2_880,
      brokenByAll: [],
    });
    expect(results.coverage["disarmed"]).toBe(4);
    expect(results.coverage["second region lost"]).toBe(0);
  });

  it("checks a p99: with fewer than two hundred outages, one may be above the bound", async () => {
    const play = (late: (task: Task) => boolean) => (task: Task) =>
      Promise.resolve(
        played(task, {
          bound: "region or API lost",
          recovery: { settled: late(task) ? 240 : 100, accepted: 60, overhead: 40 },
        }),
      );
    const brokenOf = async (outages: number, late: (task: Task) => boolean) =>
      (await run(parse("--outages", String(outages)), play(late))).results.brokenByAll;
    const broken = (aside: string) => [
      {
        name: "region or API lost: p99 settled",
        seen: `240.0 s, at most 230 s, slowest ${aside} aside`,
      },
    ];
    expect(await brokenOf(20, ({ index }) => index < 1)).toEqual([]);
    expect(await brokenOf(20, ({ index }) => index < 2)).toEqual(broken("1 of 20"));
    expect(await brokenOf(100, ({ index }) => index < 2)).toEqual(broken("1 of 100"));
    expect(await brokenOf(200, ({ index }) => index < 2)).toEqual([]);
    expect(await brokenOf(200, ({ index }) => index < 3)).toEqual(broken("2 of 200"));
  });

  it("fails if a situation that matters never occurred in 10,000 outages of the ordinary mix", async () => {
    const all = Object.fromEntries(counterNames.map((name) => [name, 1]));
    const [never, ...others] = counterNames;
    const most = Object.fromEntries(others.map((name) => [name, 1]));
    const brokenOf = async (outages: number, coverage: Counters, ...args: string[]) => {
      const options = parse("--outages", String(outages), ...args);
      const play = (task: Task) => Promise.resolve(played(task, { coverage, bound: undefined }));
      return (await run(options, play)).results.brokenByAll;
    };
    const broken = { name: "every moment that matters comes", seen: `never: ${never}` };
    expect(await brokenOf(10_000, all)).toEqual([]);
    expect(await brokenOf(10_000, most)).toEqual([broken]);
    expect(await brokenOf(9_999, most)).toEqual([]);
    // A single kind of outage cannot contain the situations of all kinds.
    expect(await brokenOf(10_000, most, "--fault", "region")).toEqual([]);
  });

  it("counts outages that never recovered separately", () => {
    expect(distribution([3, null, 1])).toEqual({ count: 3, p50: 1, p99: 3, max: 3, never: 1 });
    expect(distribution([])).toEqual({ count: 0, p50: null, p99: null, max: null, never: 0 });
  });
});

describe("a failure", () => {
  const broken = [{ name: "no order is there twice", seen: "1 is", seconds: 4 }];
  const lesser = { name: "orders settle again in time", seen: "never" };
  /** Breaks one promise as long as fault 1 lasts for 20 s, and a lesser one in any case. */
  const play = (task: Task): Promise<Played> => {
    const keep = task.keep ?? [{ index: 0 }, { index: 1 }, { index: 2 }];
    const lengths = keep.map(({ seconds }) => seconds ?? 100);
    const at = keep.findIndex(({ index }) => index === 1);
    const isBroken = at >= 0 && lengths[at]! >= 20;
    const timeline = [{ seconds: 1, text: "something" }];
    return Promise.resolve(
      played(task, {
        faults: keep.map(({ index }) => index),
        verdict: "FAILED",
        broken: isBroken ? [...broken, ...(keep.length > 1 ? [lesser] : [])] : [lesser],
        story: {
          start: "armed",
          schedule: keep.map(({ index }) => `#${index}`).join("\n"),
          lengths,
          timeline,
        },
      }),
    );
  };

  it("is shrunk to the one fault that it needs, and that fault is shortened", async () => {
    const task = { index: 0, seed: "3" };
    const { keep } = await shrink(await play(task), task, play);
    expect(keep).toEqual([{ index: 1, seconds: 25 }]);
  });

  it("is reported with its schedule, the shrunken schedule, and the commands that replay it", async () => {
    const options = parse("--outages", "1", "--seed", "3", "--fault", "region");
    const { failures, results } = await run(options, play);
    expect(results.failed).toBe(1);
    expect(failureText(failures[0]!, options)).toBe(`FAILED: seed 3 (region)
-----------------------
  BROKEN  no order is there twice: 1 is
  BROKEN  orders settle again in time: never
schedule, in seconds from the armed platform:
  #0
  #1
  #2
shrunken to:
  #1
still broken:
  BROKEN  no order is there twice: 1 is
timeline of what is left, in seconds from the fault:
       1.0  something
play it again: npm run drill -- --seed 3 --outages 1 --fault "region"
shrunken:      npm run drill -- --seed 3 --outages 1 --fault "region" --keep 1:25`);
  });

  it("says if its outage started after a takeover", async () => {
    const options = parse("--outages", "1", "--seed", "3");
    const { failures } = await run(options, async (task) => {
      const { story, ...rest } = await play(task);
      return { ...rest, story: { ...story!, start: "taken over" } };
    });
    expect(failureText(failures[0]!, options)).toContain(
      "schedule, in seconds from when home was lost and had come back:\n  #0",
    );
  });

  it("beyond the third is listed with the command that replays it, as is each one in JSON", async () => {
    const options = parse("--outages", "5", "--seed", "3", "--design", "no latch");
    const outcome = await run(options, play);
    const [text] = furtherText(outcome.results, outcome.failures, options);
    expect(text).toBe(`2 further failures
------------------
  no order is there twice, and 1 more (none)
    npm run drill -- --seed 3.3 --outages 1 --design "no latch"
  no order is there twice, and 1 more (region)
    npm run drill -- --seed 3.4 --outages 1 --design "no latch"`);
    const json = JSON.parse(jsonText(outcome, options)) as Record<string, unknown>;
    const line = (seed: string) =>
      `npm run drill -- --seed ${seed} --outages 1 --design "no latch"`;
    expect(json["replay"]).toBe('npm run drill -- --seed 3 --outages 5 --design "no latch"');
    expect(json["failures"]).toMatchObject([
      {
        seed: "3",
        replay: line("3"),
        schedule: "#0\n#1\n#2",
        shrunken: { broken, schedule: "#1", replay: `${line("3")} --keep 1:25` },
      },
      { seed: "3.1", replay: line("3.1") },
      { seed: "3.2", replay: line("3.2") },
      { seed: "3.3", replay: line("3.3"), broken: [...broken, lesser] },
      { seed: "3.4", replay: line("3.4") },
    ]);
  });
});

describe("worker threads", () => {
  it("play the same outages, whether one thread or two, and so does the replay of one outage", async () => {
    const options = parse("--outages", "2", "--seed", "11", "--fault", "none");
    const { resources } = await cachedCapture();
    const played: Played[] = [];
    const alone = await withPlayers(resources, [OURS], 1, (players) =>
      run(options, async (task) => {
        const outage = await players.run("playOutage", { design: OURS, task });
        return (played[task.index] = outage);
      }),
    );
    const both = await run(options, (task) => playTask(task));
    expect(both.results).toEqual(alone.results);
    expect(both.results.failed).toBe(0);
    const line = replayLine(played[1]!, options).split(" -- ")[1]!.replaceAll('"', "").split(" ");
    const hashes: string[] = [];
    await run(parse(...line), async (task) => {
      const outage = await playTask(task);
      hashes.push(outage.traceHash);
      return outage;
    });
    expect(hashes).toEqual([played[1]!.traceHash]);
  }, 60_000);

  it("record an outage without changing it", async () => {
    const task = { index: 0, seed: "11.0", kind: "region" };
    const unseen = await playTask(task);
    const seen = await playTask({ ...task, isRecorded: true });
    // A recorder's samples are events too, so the hash over all events differs.
    const { orders, recovery, coverage, verdict } = unseen;
    expect(seen).toMatchObject({ orders, recovery, coverage, verdict });
    expect(unseen.story).toBeUndefined();
    const { lanes, openOrders } = seen.story!.recording!;
    const lane = (name: string) => lanes.find((each) => each.name === name)!.spans;
    expect(lane("faults")).toEqual([expect.objectContaining({ from: 0, text: "region" })]);
    expect(lane("DNS answers").map(({ text }) => text)).toEqual(["us-east-1", "us-east-2"]);
    expect(lane("Aurora's writer").map(({ state }) => state)).toEqual([
      "home",
      "moving",
      "standby",
    ]);
    const writer = lane("Aurora's writer").at(-1)!;
    const active = lane("orchestrator").at(-1)!;
    expect(active.text).toBe("us-east-2, epoch 2");
    expect(active.from).toBeGreaterThanOrEqual(writer.from);
    expect(active.from).toBeLessThanOrEqual(recovery.settled!);
    expect(openOrders.at(-1)![1]).toBeLessThan(Math.max(...openOrders.map(([, open]) => open)));
  }, 60_000);

  it("report how a weakened platform fails", async () => {
    const task = { index: 0, seed: "1.0", kind: "region" };
    const outage = await playTask(task, "orchestrator at home");
    expect(outage.verdict).toBe("FAILED");
    const seen = outage.broken.map(({ name }) => name);
    expect(seen).not.toContain(SAME_SEED_SAME_TRACE);
    expect(seen.join()).toMatch(/in time/);
    expect(outage.story?.schedule).toMatch(/^#0 +\d+\.\d s, for \d+\.\d s: /);
    expect(outage.story?.timeline.length).toBeGreaterThan(3);
  }, 60_000);

  it("let the plain design fail over by its alarm", async () => {
    for (const kind of ["API", "settling"]) {
      const { coverage } = await playTask({ index: 0, seed: "1.0", kind }, "plain");
      const fences = Object.entries(coverage).filter(([name]) => name.startsWith("fence by"));
      expect(fences).toEqual([["fence by the alarm", 1]]);
    }
  }, 60_000);
});
