import { decide, type Action, type Observation } from "../../../lambda/failover/decide";
import {
  controlWith,
  HOME,
  NOW_MS,
  observationWith,
  STANDBY,
  under,
  unready,
} from "../../helpers/observations";

const decideNow = (changes: Partial<Observation>): Action =>
  decide(observationWith(changes), NOW_MS);
const nothing = (because: string): Action => ({ do: "nothing", because });
const operatorFence = (target: string, how: "failover" | "switchover", word: string): Action => ({
  do: "fence",
  target,
  how,
  isAutomatic: false,
  because: `operator: ${word}`,
});

describe("an operator's command", () => {
  const toHome = { action: "failover", to: HOME } as const;
  const toStandby = { action: "failover", to: STANDBY } as const;
  const failback = { action: "failback" } as const;
  const atStandby = controlWith({ active: STANDBY, repointedEpoch: 1 });
  const underWay = (region: string) => `a failover to ${region} is in progress`;
  const unreadyText = (region: string) => `${region} has no available member with an instance`;

  test.each<[string, Partial<Observation>, Action]>([
    [
      "failover needs no sign",
      { command: toStandby },
      operatorFence(STANDBY, "failover", "failover"),
    ],
    [
      "failover home, from home's orchestrator",
      { command: toHome, control: atStandby, self: HOME },
      operatorFence(HOME, "failover", "failover"),
    ],
    [
      "failover, RDS unknown",
      { command: toStandby, target: "unknown" },
      operatorFence(STANDBY, "failover", "failover"),
    ],
    [
      "failover, not ready",
      { command: toStandby, target: unready },
      { do: "refuse", because: unreadyText(STANDBY) },
    ],
    ["failover to where we are", { command: toHome }, nothing(`${HOME} is active`)],
    [
      "failover to where we go",
      { command: toStandby, control: under(STANDBY, "failover") },
      { do: "promote", target: STANDBY, how: "failover", callIn: STANDBY },
    ],
    [
      "failover instead of a switchover that hangs",
      { command: toHome, control: under(HOME, "switchover") },
      operatorFence(HOME, "failover", "failover"),
    ],
    [
      "failover back home while one to the standby is under way",
      { command: toHome, control: under(STANDBY, "failover") },
      operatorFence(HOME, "failover", "failover"),
    ],
    [
      "failover out of a first start that found no writer at home",
      { command: toHome, control: under(HOME, "start") },
      operatorFence(HOME, "failover", "failover"),
    ],
    [
      "failback",
      { command: failback, control: atStandby },
      operatorFence(HOME, "switchover", "failback"),
    ],
    [
      "failback, home's RDS unknown",
      { command: failback, control: atStandby, target: "unknown" },
      { do: "refuse", because: "RDS in the home region does not answer, and a failback needs it" },
    ],
    [
      "failback, home being rebuilt",
      { command: failback, control: atStandby, target: unready },
      { do: "refuse", because: unreadyText(HOME) },
    ],
    [
      "failback against a failover",
      { command: failback, control: under(STANDBY, "failover") },
      { do: "refuse", because: underWay(STANDBY) },
    ],
    [
      "failback on its way",
      { command: failback, control: under(HOME, "switchover") },
      { do: "promote", target: HOME, how: "switchover", callIn: STANDBY },
    ],
    [
      "failback does not slow a failover home",
      { command: failback, control: under(HOME, "failover") },
      { do: "promote", target: HOME, how: "failover", callIn: HOME },
    ],
    ["failback at home", { command: failback }, nothing(`${HOME} is active`)],
    ["disarm", { command: { action: "disarm" } }, { do: "disarm", untilMs: NOW_MS + 900_000 }],
    [
      "disarm again, half of it over",
      {
        command: { action: "disarm" },
        control: controlWith({ disarmedUntilMs: NOW_MS + 450_000 }),
      },
      { do: "disarm", untilMs: NOW_MS + 900_000 },
    ],
    [
      "disarm again, just done",
      {
        command: { action: "disarm" },
        control: controlWith({ disarmedUntilMs: NOW_MS + 450_001 }),
      },
      nothing("disarmed"),
    ],
    [
      "arm",
      { command: { action: "arm" }, control: controlWith({ disarmedUntilMs: NOW_MS + 1 }) },
      { do: "disarm", untilMs: 0 },
    ],
    [
      "arm, not disarmed",
      { command: { action: "arm" }, control: controlWith({ disarmedUntilMs: NOW_MS }) },
      nothing("not disarmed; armed once home has settled for long enough"),
    ],
    [
      "any, with an unreadable control item",
      { command: toStandby, control: "unknown" },
      nothing("the control item could not be read"),
    ],
    [
      "any, with no control item",
      { command: toStandby, control: "absent", isTick: false },
      nothing("the control item is absent; the tick creates it"),
    ],
  ])("%s", (_what, changes, action) => {
    expect(decideNow(changes)).toEqual(action);
  });
});
