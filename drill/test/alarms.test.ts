import { type AlarmState, parseRule } from "../../support/cloudwatch/alarmRule";
import type { AlarmDescription } from "../description/alarms";
import { describeAlarms } from "../description/alarms";
import { Lookup, type Resource } from "../description/lookup";
import { parseExpression } from "../description/metricMath";
import { Series, evaluate } from "../world/series";

const alarm: AlarmDescription = {
  name: "home-unreachable",
  arn: "arn:aws:cloudwatch:us-east-2:123456789012:alarm:home-unreachable",
  region: "us-east-2",
  metrics: [{ id: "m", seriesKey: "TradingPlatform|HomeProbeFailed", statistic: "Minimum" }],
  value: (valueOf) => valueOf("m"),
  periodMs: 10_000,
  threshold: 1,
  comparison: "GreaterThanOrEqualToThreshold",
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  missingData: "notBreaching",
  warmUpMs: 0,
  actions: { ALARM: [], OK: [], INSUFFICIENT_DATA: [] },
};

/** Values of periods 0, 1, 2, ...; null if nothing was published. */
function stateAfter(
  values: readonly (readonly number[] | null)[],
  change: Partial<AlarmDescription> = {},
  state: AlarmState = "OK",
  resolutionSeconds = 1,
): AlarmState {
  const description = { ...alarm, ...change };
  const { periodMs } = description;
  const series = new Series(periodMs);
  values.forEach((period, i) => {
    for (const value of period ?? []) series.add(i * periodMs + 1, value, resolutionSeconds);
  });
  return evaluate(description, new Map([["m", series]]), values.length * periodMs + 1, state);
}

describe("an alarm", () => {
  test.each<[string, readonly (readonly number[] | null)[], Partial<AlarmDescription>, AlarmState]>(
    [
      ["three bad periods", [[1], [1], [1]], {}, "ALARM"],
      ["two bad periods", [[0], [1], [1]], {}, "OK"],
      [
        "two bad periods of three, if two suffice",
        [[0], [1], [1]],
        { datapointsToAlarm: 2 },
        "ALARM",
      ],
      ["one good probe in a period, by the minimum", [[1], [1, 0], [1]], {}, "OK"],
      [
        "one good probe in a period, by the maximum",
        [[1], [1, 0], [1]],
        { metrics: [{ ...alarm.metrics[0]!, statistic: "Maximum" }] },
        "ALARM",
      ],
      ["a threshold above the values", [[1], [1], [1]], { threshold: 2 }, "OK"],
      ["a single period", [[0], [0], [1]], { evaluationPeriods: 1, datapointsToAlarm: 1 }, "ALARM"],
      ["a missing period among enough real ones", [[1], [1], null, [1]], {}, "ALARM"],
      ["no data, treated as not breaching", [null, null, null, null, null], {}, "OK"],
      [
        "no data, treated as breaching",
        [null, null, null, null, null],
        { missingData: "breaching" },
        "ALARM",
      ],
      [
        "no data, treated as breaching, while older data is still in range",
        [[0], [0], [0], null, null],
        { missingData: "breaching" },
        "OK",
      ],
      [
        "no data, treated as missing",
        [null, null, null, null, null],
        { missingData: "missing" },
        "INSUFFICIENT_DATA",
      ],
    ],
  )("after %s", (_, values, change, expected) => {
    expect(stateAfter(values, change)).toBe(expected);
  });

  it("keeps its state while missing data is ignored", () => {
    const silence = [null, null, null, null, null];
    expect(stateAfter(silence, { missingData: "ignore" }, "ALARM")).toBe("ALARM");
    expect(stateAfter(silence, { missingData: "ignore" }, "OK")).toBe("OK");
  });

  it("sees data from the moment of their arrival", () => {
    const series = new Series(alarm.periodMs);
    const sum = (nowMs: number): number | undefined => {
      series.arrive(nowMs);
      return series.value(0, "Sum");
    };
    for (const seenAtMs of [300, 200]) {
      series.expect({ seenAtMs, atMs: 1, value: seenAtMs, resolutionSeconds: 1 });
    }
    expect([199, 200, 299, 300].map(sum)).toEqual([undefined, 200, 200, 500]);
  });

  it("does not see data with a resolution of a minute in periods of 10 s", () => {
    expect(stateAfter([[1], [1], [1]], {}, "OK", 60)).toBe("OK");
    expect(stateAfter([[1], [1], [1]], { periodMs: 60_000 }, "OK", 60)).toBe("ALARM");
  });
});

describe("a composite rule", () => {
  const states: Record<string, AlarmState> = { a: "ALARM", b: "OK", c: "INSUFFICIENT_DATA" };
  const holds = (rule: string): boolean => parseRule(rule).evaluate((name) => states[name]!);

  test.each([
    ["ALARM(a) AND ALARM(b)", false],
    ["ALARM(a) AND OK(b)", true],
    ["ALARM(b) OR ALARM(a)", true],
    ["ALARM(a) AND NOT ALARM(b)", true],
    ['ALARM("b") OR (OK(b) AND INSUFFICIENT_DATA(c))', true],
    ["ALARM(b) OR ALARM(a) AND ALARM(c)", false],
    ["TRUE", true],
  ])("%s is %s", (rule, expected) => expect(holds(rule)).toBe(expected));

  it("names its children, and rejects unknown syntax", () => {
    expect(parseRule("ALARM(a) AND (OK(b) OR NOT ALARM(c))").children).toEqual(["a", "b", "c"]);
    expect(() => parseRule("ALARM(a) AND")).toThrow(/not understood/);
    expect(() => parseRule("ALARM(a) ALARM(b)")).toThrow(/not understood at ALARM/);
  });
});

describe("metric math", () => {
  const compute = (text: string, values: Record<string, number>) =>
    parseExpression(text)((id) => values[id]);
  const gray = "IF(failed >= 3 AND failed >= 0.1 * (failed + accepted), 1, 0)";

  test.each<[string, Record<string, number>, number | undefined]>([
    [gray, { failed: 3, accepted: 27 }, 1],
    [gray, { failed: 3, accepted: 28 }, 0],
    [gray, { failed: 2, accepted: 0 }, 0],
    [gray, { accepted: 30 }, undefined],
    ["FILL(failed, 0)", {}, 0],
    ["IF(runs > 0, errors / runs, 0)", { errors: 1, runs: 4 }, 0.25],
    ["IF(runs > 0, errors / runs, 0)", { errors: 0, runs: 0 }, 0],
    ["errors / runs", { errors: 1, runs: 0 }, undefined],
    ["1 - a * 2 - 3", { a: 4 }, -10],
    ["a < 1 OR b <= 1 AND a > 9", { a: 5, b: 1 }, 0],
  ])("%s of %j is %s", (text, values, expected) => expect(compute(text, values)).toBe(expected));

  test.each(["ANOMALY_DETECTION_BAND(m1, 2)", "IF(a, 1)", "a +", "(a", "a b", "SUM([a, b])", ""])(
    "rejects %s",
    (text) => expect(() => parseExpression(text)).toThrow(/not modelled at .*extend/),
  );

  const metric = (id: string, period: number) => ({
    id,
    metric: { namespace: "N", metricName: id, stat: "Sum", period },
  });
  const described = (metricQueries: unknown[]) => {
    const state = { name: "x", arn: "arn:x", comparisonOperator: "LessThanThreshold" };
    const type = "aws:cloudwatch/metricAlarm:MetricAlarm";
    const resource = { type, name: "x", region: "r", state: { ...state, metricQueries } };
    return describeAlarms(new Lookup([resource as unknown as Resource]))[0]!;
  };

  it("evaluates nested expressions up to the returned one", () => {
    const alarm = described([
      metric("a", 60),
      { id: "b", expression: "FILL(a, 2)" },
      { id: "c", expression: "b * 10", returnData: true },
    ]);
    expect(alarm).toMatchObject({ periodMs: 60_000, metrics: [{ id: "a", seriesKey: "N|a" }] });
    expect(alarm.value(() => undefined)).toBe(20);
    expect(alarm.value(() => 3)).toBe(30);
  });

  it("requires metrics with the same period and exactly one returned query", () => {
    const sum = { id: "c", expression: "a + b", returnData: true };
    expect(() => described([metric("a", 60), metric("b", 10), sum])).toThrow(
      /periods of 60000, 10000/,
    );
    expect(() => described([metric("a", 60)])).toThrow(/result "undefined"/);
  });
});
