import { parseRule } from "../../drill/description/alarmRule";
import type { AlarmDescription, AlarmState } from "../../drill/description/alarms";
import { Series, evaluate } from "../../drill/world/series";

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
  actions: { ALARM: [], OK: [], INSUFFICIENT_DATA: [] },
};

/** Values of the periods 0, 1, 2, ...; null where nothing was published. */
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
      ["two of three, if two suffice", [[0], [1], [1]], { datapointsToAlarm: 2 }, "ALARM"],
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
      ["silence that is not breaching", [null, null, null, null, null], {}, "OK"],
      [
        "silence that is breaching",
        [null, null, null, null, null],
        { missingData: "breaching" },
        "ALARM",
      ],
      [
        "breaching silence, while old data is looked back at",
        [[0], [0], [0], null, null],
        { missingData: "breaching" },
        "OK",
      ],
      [
        "silence that is missing",
        [null, null, null, null, null],
        { missingData: "missing" },
        "INSUFFICIENT_DATA",
      ],
    ],
  )("after %s", (_, values, change, expected) => {
    expect(stateAfter(values, change)).toBe(expected);
  });

  it("keeps its state over silence that is ignored", () => {
    const silence = [null, null, null, null, null];
    expect(stateAfter(silence, { missingData: "ignore" }, "ALARM")).toBe("ALARM");
    expect(stateAfter(silence, { missingData: "ignore" }, "OK")).toBe("OK");
  });

  it("does not see data kept per minute in periods of 10 s", () => {
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

  it("names its children, and refuses what it does not understand", () => {
    expect(parseRule("ALARM(a) AND (OK(b) OR NOT ALARM(c))").children).toEqual(["a", "b", "c"]);
    expect(() => parseRule("ALARM(a) AND")).toThrow(/not understood/);
    expect(() => parseRule("ALARM(a) ALARM(b)")).toThrow(/not understood at ALARM/);
  });
});
