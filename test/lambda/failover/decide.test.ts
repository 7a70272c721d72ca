import type { Control } from "../../../lambda/control/control";
import {
  decide,
  noMemory,
  takeoverRegion,
  type Action,
  type Observation,
} from "../../../lambda/failover/decide";
import {
  ago,
  bad,
  controlWith,
  evidenceWith,
  HOME,
  homeLost,
  probes,
  NOW_MS,
  observationWith,
  ready,
  STANDBY,
  under,
  unready,
  writer,
} from "../../helpers/observations";

const decideNow = (changes: Partial<Observation>): Action =>
  decide(observationWith(changes), NOW_MS);
const nothing = (because: string): Action => ({ do: "nothing", because });
const fenceOnSign = (because: string): Action => ({
  do: "fence",
  target: STANDBY,
  how: "failover",
  isAutomatic: true,
  because,
});

describe("without a command", () => {
  test.each<[string, Partial<Observation>, Action]>([
    [
      "an unreadable control item",
      { control: "unknown" },
      nothing("the control item could not be read"),
    ],
    ...(["absent", "malformed"] as const).flatMap(
      (control): [string, Partial<Observation>, Action][] => {
        const because = `the control item is ${control}`;
        return [
          [
            `a control item that is ${control}`,
            { control },
            { do: "create", target: HOME, because },
          ],
          [
            `a control item that is ${control}, with the writer in the standby`,
            { control, target: writer },
            { do: "create", target: STANDBY, because },
          ],
          [
            `a control item that is ${control}, while the standby's RDS does not answer`,
            { control, target: "unknown" },
            nothing(`${because}, and RDS in ${STANDBY} does not answer`),
          ],
          [
            `a control item that is ${control}, during a promotion`,
            { control, target: { ...ready, isPromoting: true } },
            nothing(`${because}, and a region is being promoted`),
          ],
          [
            `a control item that is ${control}, seen by another invocation than the tick's`,
            { control, isTick: false },
            nothing(`${because}; the tick creates it`),
          ],
        ];
      },
    ),
    ["nothing wrong", {}, nothing(`${HOME} is active`)],
    [
      "another epoch in the database than in the control item",
      { memory: { ...noMemory, database: { version: controlWith().version, epoch: 9 } } },
      { do: "reactivate", databaseEpoch: 9, because: "the database has epoch 9, not 1" },
    ],
    [
      "another epoch in the database, under another version of the control item",
      { memory: { ...noMemory, database: { version: controlWith().version - 1, epoch: 9 } } },
      nothing(`${HOME} is active`),
    ],
    ["home lost", { evidence: homeLost }, fenceOnSign("home lost")],
    [
      "home lost, the standby's RDS unknown",
      { evidence: homeLost, target: "unknown" },
      fenceOnSign("home lost"),
    ],
    [
      "home lost, the standby not ready",
      { evidence: homeLost, target: unready },
      { do: "page", because: `home lost, but ${STANDBY} has no available member with an instance` },
    ],
    [
      "home lost, the standby not ready, seen by another run than a tick's",
      { evidence: homeLost, target: unready, isTick: false },
      nothing(`home lost, but ${STANDBY} has no available member with an instance`),
    ],
    [
      "home lost, the standby not ready because another run promotes it",
      { evidence: homeLost, target: { ...unready, isPromoting: true } },
      nothing(`home lost, but ${STANDBY} has no available member with an instance`),
    ],
    [
      "home lost, the standby not ready, paged before",
      {
        evidence: homeLost,
        target: unready,
        memory: { sweptEpoch: 0, repointTriedEpoch: 0, paged: true, database: null },
      },
      nothing(`home lost, but ${STANDBY} has no available member with an instance`),
    ],
    [
      "home lost, disarmed",
      { evidence: homeLost, control: controlWith({ disarmedUntilMs: NOW_MS + 1 }) },
      nothing("home lost, but not armed"),
    ],
    [
      "home lost, seen by home's orchestrator",
      { evidence: homeLost, self: HOME },
      nothing(`${HOME} is active`),
    ],
    [
      "home lost before its activation was told: the outage first",
      { evidence: homeLost, control: controlWith({ notifiedEpoch: 0 }) },
      fenceOnSign("home lost"),
    ],
    [
      "the standby active, whatever the probes of home find",
      { evidence: homeLost, control: controlWith({ active: STANDBY, repointedEpoch: 1 }) },
      nothing(`${STANDBY} is active`),
    ],
  ])("%s", (_what, changes, action) => {
    expect(decideNow(changes)).toEqual(action);
  });
});

describe("during a takeover", () => {
  const start = under(HOME, "start", { epoch: 1 });

  test.each<[string, Partial<Observation>, Action]>([
    [
      "its RDS unknown",
      { control: under(STANDBY, "failover"), target: "unknown" },
      { do: "wait", because: `RDS in ${STANDBY} does not answer` },
    ],
    [
      "a failover is called in the target",
      { control: under(STANDBY, "failover") },
      { do: "promote", target: STANDBY, how: "failover", callIn: STANDBY },
    ],
    [
      "a failover home is called at home",
      { control: under(HOME, "failover"), self: HOME },
      { do: "promote", target: HOME, how: "failover", callIn: HOME },
    ],
    [
      "a switchover home is called in the region that still writes",
      { control: under(HOME, "switchover") },
      { do: "promote", target: HOME, how: "switchover", callIn: STANDBY },
    ],
    [
      "a switchover to the standby is called at home",
      { control: under(STANDBY, "switchover") },
      { do: "promote", target: STANDBY, how: "switchover", callIn: HOME },
    ],
    [
      "a promotion under way",
      { control: under(STANDBY, "failover"), target: { ...ready, isPromoting: true } },
      { do: "wait", because: `${STANDBY} is being promoted` },
    ],
    [
      "an unready target is promoted all the same: the fence has decided",
      { control: under(STANDBY, "failover"), target: unready },
      { do: "promote", target: STANDBY, how: "failover", callIn: STANDBY },
    ],
    [
      "the target is the writer",
      { control: under(STANDBY, "failover"), target: writer },
      { do: "activate", target: STANDBY },
    ],
    ["the first start", { control: start, target: writer }, { do: "activate", target: HOME }],
    [
      "the first start, home not the writer",
      { control: start },
      {
        do: "page",
        because: `${HOME} is not the writer; the first start calls no RDS, so an operator must decide`,
      },
    ],
    [
      "the first start, home not the writer, seen by another run than a tick's",
      { control: start, isTick: false },
      {
        do: "wait",
        because: `${HOME} is not the writer; the first start calls no RDS, so an operator must decide`,
      },
    ],
    [
      "the first start, home not the writer, paged before",
      {
        control: start,
        memory: { sweptEpoch: 0, repointTriedEpoch: 0, paged: true, database: null },
      },
      {
        do: "wait",
        because: `${HOME} is not the writer; the first start calls no RDS, so an operator must decide`,
      },
    ],
  ])("%s", (_what, changes, action) => {
    expect(decideNow(changes)).toEqual(action);
  });
});

describe("after an activation", () => {
  const activated = controlWith({ epoch: 2, active: STANDBY, notifiedEpoch: 1 });
  const memory = { sweptEpoch: 0, repointTriedEpoch: 0, paged: false, database: null };

  test.each<[string, Partial<Control>, Partial<Observation["memory"]>, Action]>([
    ["sweep first", {}, {}, { do: "sweep", region: STANDBY }],
    ["then notify", {}, { sweptEpoch: 2 }, { do: "notify" }],
    [
      "a sweep of an older epoch counts for nothing",
      {},
      { sweptEpoch: 1 },
      { do: "sweep", region: STANDBY },
    ],
    ["then re-point", { notifiedEpoch: 2 }, { sweptEpoch: 2 }, { do: "repoint" }],
    ["which another run may try again", { notifiedEpoch: 2 }, {}, { do: "repoint" }],
    [
      "once per run",
      { notifiedEpoch: 2 },
      { repointTriedEpoch: 2 },
      nothing(`${STANDBY} is active`),
    ],
    [
      "once per epoch",
      { notifiedEpoch: 2, repointedEpoch: 2 },
      {},
      nothing(`${STANDBY} is active`),
    ],
    ["never for home", { active: HOME, notifiedEpoch: 2 }, {}, nothing(`${HOME} is active`)],
    ["home too is swept", { active: HOME }, {}, { do: "sweep", region: HOME }],
  ])("%s", (_what, changes, remembered, action) => {
    const control = { ...activated, ...changes };
    expect(decideNow({ control, memory: { ...memory, ...remembered } })).toEqual(action);
  });
});

test.each<[string, Parameters<typeof takeoverRegion>[0], Observation["command"], string]>([
  ["nothing set: the standby", controlWith(), null, STANDBY],
  ["unknown: the standby", "unknown", null, STANDBY],
  ["absent: the standby", "absent", null, STANDBY],
  ["a target", under(HOME, "switchover"), null, HOME],
  ["a command before a target", under(STANDBY, "failover"), { action: "failover", to: HOME }, HOME],
  ["failback: home", controlWith(), { action: "failback" }, HOME],
  ["disarm goes nowhere: the target", under(HOME, "failover"), { action: "disarm" }, HOME],
])("the region that takes over: %s", (_what, control, command, region) => {
  expect(takeoverRegion(control, command, HOME, STANDBY)).toBe(region);
});

test("three bad probes are no sign while home's heartbeat is fresh", () => {
  const evidence = evidenceWith({ probes: probes(bad, bad, bad), aliveAtMs: ago(20) });
  expect(decideNow({ evidence })).toEqual(nothing(`${HOME} is active`));
});
