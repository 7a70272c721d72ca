import { parseRule } from "../../support/cloudwatch/alarmRule";
import type { AlarmDescription } from "../description/alarms";
import type { ProgramDescription } from "../description/program";
import { Random } from "../../support/simulation/random";
import { Simulation } from "../../support/simulation/simulation";
import { Alarms } from "../world/alarms";
import { Base } from "../world/base";
import type { Lambda } from "../world/lambda";
import { Network } from "../world/network";
import { Schedules } from "../world/schedules";

const REGION = "us-east-1";
const topic = (name: string) => `arn:aws:sns:${REGION}:1:${name}`;

/**
 * A world with alarms only. Their messages are recorded with the second in which they were
 * published.
 */
function bells(composites: readonly object[]) {
  const watched = (name: string): AlarmDescription => ({
    name,
    arn: name,
    region: REGION,
    metrics: [{ id: "m", seriesKey: name, statistic: "Maximum" }],
    value: (valueOf) => valueOf("m"),
    periodMs: 60_000,
    threshold: 1,
    comparison: "GreaterThanOrEqualToThreshold",
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    missingData: "notBreaching",
    warmUpMs: 0,
    actions: { ALARM: [], OK: [], INSUFFICIENT_DATA: [] },
  });
  const description = { account: "1", composites } as unknown as ProgramDescription;
  const simulation = new Simulation(false);
  const base = new Base(simulation, new Random("alarms"), description, new Network());
  const told: string[] = [];
  const seconds = (): number => Math.round((simulation.nowMs - simulation.startMs) / 1000);
  const said: object[] = [];
  const publishFor = (by: string, context: object, to: string, message: string): void => {
    said.push({ by, ...context });
    const { NewStateValue } = JSON.parse(message) as { NewStateValue: string };
    told.push(`${to.split(":").at(-1)} ${NewStateValue} ${seconds()}`);
  };
  const ended = new Map<string, number>();
  base.watch((happening) => {
    if (happening.kind === "alarm" && happening.state === "OK")
      ended.set(happening.name, seconds());
  });
  const world = new Alarms(base, {} as Lambda, { publishFor });
  const series = new Map(["a", "b"].map((name) => [name, world.add(watched(name))[0]!]));
  /** Publishes the value of an alarm's metric in a minute. */
  const feed = (name: string, minute: number, value: number): void => {
    const atMs = simulation.startMs - (simulation.startMs % 60_000) + minute * 60_000 + 1;
    simulation.at(Math.max(atMs, simulation.nowMs), () => series.get(name)!.add(atMs, value, 1));
  };
  return {
    told,
    said,
    feed,
    run: (toSecond: number) => simulation.run(simulation.startMs + toSecond * 1000),
    endedAt: (name: string) => ended.get(name)!,
  };
}

const composite = (name: string, child: string, change: object = {}) => ({
  name,
  arn: name,
  region: REGION,
  children: [child],
  rule: parseRule(`ALARM(${child})`).evaluate,
  actions: { ALARM: [topic(name)], OK: [topic(name)], INSUFFICIENT_DATA: [] },
  ...change,
});

describe("a composite", () => {
  const byName = (told: readonly string[]) => told.map((each) => each.replace(/ \d+$/, ""));

  it("follows a composite as it follows an alarm", async () => {
    const { told, feed, run } = bells([composite("outer", "inner"), composite("inner", "a")]);
    [0, 1, 1, 0].forEach((value, minute) => feed("a", minute, value));
    await run(300);
    expect(byName(told)).toEqual(["inner ALARM", "outer ALARM", "inner OK", "outer OK"]);
  });

  it("publishes to a topic with its own ARN and its account as source", async () => {
    const { said, feed, run } = bells([composite("c", "a")]);
    [0, 1, 1].forEach((value, minute) => feed("a", minute, value));
    await run(180);
    expect(said).toEqual([
      {
        by: "cloudwatch.amazonaws.com",
        "aws:sourceaccount": "1",
        "aws:sourceowner": "1",
        "aws:sourcearn": "c",
      },
    ]);
  });
});

test.each([
  [0, 3_600_000, 1],
  [3, 3_600_000, 4],
  [9, 30_000, 3],
])(
  "a rule's failing target is retried at most %i times, for at most %i ms",
  async (retries, eventAgeMaxMs, tries) => {
    const rule = {
      name: "tick",
      arn: "arn:tick",
      region: REGION,
      isEnabled: true,
      periodMs: 86_400_000,
      targets: [{ arn: "arn:f", input: "{}", retries, eventAgeMaxMs }],
    };
    const program = { rules: [rule] } as unknown as ProgramDescription;
    const simulation = new Simulation(false);
    const base = new Base(simulation, new Random("rules"), program, new Network());
    let tried = 0;
    new Schedules(base, { invokeFor: () => ++tried < 0 });
    await simulation.run(simulation.startMs + 1_200_000);
    expect(tried).toBe(tries);
  },
);
