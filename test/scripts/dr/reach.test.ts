import type { CompositeAlarm, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { type Alarms, mayReachOrchestrator, testableAlarm } from "../../../scripts/dr/alarms/reach";
import { cachedCapture } from "../../../support/capture/cachedCapture";
import { HOME, STANDBY } from "./fakeTools";

const ALERTS = "arn:aws:sns:us-east-1:1:dev-alerts-use1";
const FAILOVER = "arn:aws:sns:us-east-1:1:dev-failover-use1";

const metric = (AlarmName: string, fields: Partial<MetricAlarm> = {}): MetricAlarm => ({
  AlarmName,
  ActionsEnabled: true,
  StateValue: "OK",
  AlarmActions: [ALERTS],
  ...fields,
});
const composite = (AlarmName: string, AlarmRule: string, action = ALERTS): CompositeAlarm => ({
  AlarmName,
  AlarmRule,
  AlarmActions: [action],
});
const testable = (...alarms: (MetricAlarm & CompositeAlarm)[]) =>
  testableAlarm(
    {
      metric: alarms.filter(({ AlarmRule }) => AlarmRule === undefined),
      composite: alarms.filter(({ AlarmRule }) => AlarmRule !== undefined),
    },
    ALERTS,
  )?.AlarmName;

describe("the alarm that a test may set", () => {
  it("tells the alerts topic, itself and through composites", () => {
    expect(testable(metric("a"))).toBe("a");
    expect(testable(metric("a"), composite("all", 'ALARM("a") OR ALARM("b")'))).toBe("a");
  });

  it.each<[string, (MetricAlarm & CompositeAlarm)[]]>([
    ["calls something else itself", [metric("a", { AlarmActions: [ALERTS, FAILOVER] })]],
    ["calls something else when it is OK", [metric("a", { OKActions: [FAILOVER] })]],
    ["calls something without data", [metric("a", { InsufficientDataActions: [FAILOVER] })]],
    ["is read by a composite that does", [metric("a"), composite("c", 'ALARM("a")', FAILOVER)]],
    ["is read without quotes", [metric("a"), composite("c", "NOT OK(a)", FAILOVER)]],
    [
      "is read by its ARN",
      [metric("a"), composite("c", 'ALARM("arn:aws:cloudwatch:us-east-1:1:alarm:a")', FAILOVER)],
    ],
    [
      "is read by a composite of composites, whatever their order",
      [metric("a"), composite("d", 'ALARM("c")', FAILOVER), composite("c", 'ALARM("a")')],
    ],
    ["may be read by a rule nobody understands", [metric("a"), composite("c", "A LA", FAILOVER)]],
    ["tells nobody", [metric("a", { AlarmActions: [] })]],
    ["has its actions disabled", [metric("a", { ActionsEnabled: false })]],
    ["is in ALARM already", [metric("a", { StateValue: "ALARM" })]],
  ])("is none that %s", (_what, alarms) => {
    expect(testable(...alarms)).toBeUndefined();
    expect(testable(...alarms, metric("b"))).toBe(
      alarms.some(({ AlarmRule }) => AlarmRule === "A LA") ? undefined : "b",
    );
  });

  describe("in the program", () => {
    /** The program's alarms of a region, as CloudWatch would describe them. */
    async function programAlarms(region: string): Promise<{ alarms: Alarms; topic: string }> {
      const { resources } = await cachedCapture({});
      const own = resources.filter((each) => each.region === region);
      const described = (type: string) =>
        own
          .filter((each) => each.type.startsWith(`aws:cloudwatch/${type}:`))
          .map(({ inputs }) => ({
            AlarmName: String(inputs["alarmName"] ?? inputs["name"]),
            ActionsEnabled: true,
            StateValue: "OK" as const,
            AlarmActions: (inputs["alarmActions"] ?? []) as string[],
            OKActions: (inputs["okActions"] ?? []) as string[],
            ...(typeof inputs["alarmRule"] === "string" && { AlarmRule: inputs["alarmRule"] }),
          }));
      const topic = own.find(({ type, name }) => /sns\/topic:/.test(type) && /alerts/.test(name))!;
      return {
        alarms: { metric: described("metricAlarm"), composite: described("compositeAlarm") },
        topic: String(topic.state["arn"]),
      };
    }

    it.each([
      [HOME, ["home-not-serving", "home-not-writing", "api-errors", "order-api-errors"]],
      [STANDBY, ["home-lost", "home-unreachable", "standby-reachable"]],
    ])("%s has one, and none of those that lead to a takeover is", async (region, leading) => {
      const { alarms, topic } = await programAlarms(region);
      expect(testableAlarm(alarms, topic)).toBeDefined();
      for (const base of leading) {
        const name = `dev-${base}-${region === HOME ? "use1" : "use2"}`;
        expect([...alarms.metric, ...alarms.composite].map((each) => each.AlarmName)).toContain(
          name,
        );
        expect(mayReachOrchestrator(name, alarms, topic)).toBe(true);
      }
    });
  });
});
