import { HOME } from "./fakeTools";

const codeOf = (region: string) => (region === HOME ? "use1" : "use2");
export const alertsTopicOf = (region: string) =>
  `arn:aws:sns:${region}:123456789012:dev-alerts-${codeOf(region)}`;
export const nameIn = (region: string, base: string) => `dev-${base}-${codeOf(region)}`;

/** Alarms as DescribeAlarms answers: two that only tell people, and one that leads to a takeover. */
export function alarmsOf(region: string) {
  const alarm = (base: string) => ({
    AlarmName: nameIn(region, base),
    ActionsEnabled: true,
    StateValue: "OK" as const,
  });
  const AlarmActions = [alertsTopicOf(region)];
  const failover = `arn:aws:sns:${region}:123456789012:dev-failover-${codeOf(region)}`;
  return {
    MetricAlarms: [
      { ...alarm("home-not-writing"), AlarmActions },
      { ...alarm("archives-lag"), AlarmActions },
      { ...alarm("sessions-lag"), AlarmActions },
    ],
    CompositeAlarms: [
      {
        ...alarm("degraded"),
        AlarmActions,
        AlarmRule: `ALARM("${nameIn(region, "archives-lag")}")`,
      },
      {
        ...alarm("home-not-serving"),
        AlarmActions: [failover],
        AlarmRule: `ALARM("${nameIn(region, "home-not-writing")}")`,
      },
    ],
  };
}
