import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import * as ts from "typescript";
import type { Control } from "../../lambda/shared/control";
import { decide, regionToGain, type Action, type Observation } from "../../lambda/shared/decide";
import type { Evidence } from "../../lambda/shared/signs";
import {
  ago,
  anyEvidence,
  anyObservation,
  anyTarget,
  anyTrouble,
  bad,
  controlWith,
  evidenceWith,
  HOME,
  homeLost,
  looks,
  NOW_MS,
  observationWith,
  ready,
  runs,
  settling,
  STANDBY,
  under,
  unready,
  writer,
} from "../helpers/observations";

const decideNow = (changes: Partial<Observation>): Action =>
  decide(observationWith(changes), NOW_MS);
const isAutomaticFence = (action: Action) => action.do === "fence" && action.isAutomatic;
const nothing = (because: string): Action => ({ do: "nothing", because });
const fenceOnSign = (because: string): Action => ({
  do: "fence",
  target: STANDBY,
  how: "failover",
  isAutomatic: true,
  because,
});
const operatorFence = (target: string, how: "failover" | "switchover", word: string): Action => ({
  do: "fence",
  target,
  how,
  isAutomatic: false,
  because: `operator: ${word}`,
});

describe("without a command", () => {
  test.each<[string, Partial<Observation>, Action]>([
    [
      "an unreadable control item",
      { control: "unknown" },
      nothing("the control item is unreadable"),
    ],
    ["no control item, seen by the tick", { control: "absent" }, { do: "create" }],
    [
      "no control item, seen by another run",
      { control: "absent", isTick: false },
      nothing("no control item yet; the tick creates it"),
    ],
    ["nothing wrong", {}, nothing(`${HOME} is active`)],
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
      "home lost, the standby not ready, paged before",
      {
        evidence: homeLost,
        target: unready,
        memory: { sweptEpoch: 0, repointTriedEpoch: 0, paged: true },
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
      "the standby active, whatever home looks like",
      { evidence: homeLost, control: controlWith({ active: STANDBY, repointedEpoch: 1 }) },
      nothing(`${STANDBY} is active`),
    ],
  ])("%s", (_what, changes, action) => {
    expect(decideNow(changes)).toEqual(action);
  });
});

describe("under a target", () => {
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
      { do: "page", because: `${HOME} is not the writer: start calls no RDS, an operator decides` },
    ],
    [
      "the first start, home not the writer, paged before",
      { control: start, memory: { sweptEpoch: 0, repointTriedEpoch: 0, paged: true } },
      { do: "wait", because: `${HOME} is not the writer: start calls no RDS, an operator decides` },
    ],
  ])("%s", (_what, changes, action) => {
    expect(decideNow(changes)).toEqual(action);
  });
});

describe("after an activation", () => {
  const activated = controlWith({ epoch: 2, active: STANDBY, notifiedEpoch: 1 });
  const memory = { sweptEpoch: 0, repointTriedEpoch: 0, paged: false };

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

describe("an operator's command", () => {
  const toHome = { action: "failover", to: HOME } as const;
  const toStandby = { action: "failover", to: STANDBY } as const;
  const failback = { action: "failback" } as const;
  const atStandby = controlWith({ active: STANDBY, repointedEpoch: 1 });
  const underWay = (region: string) => `a failover to ${region} is under way`;
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
      { do: "refuse", because: "a failback needs home's RDS to answer" },
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
      nothing("armed as soon as home has settled for long enough"),
    ],
    [
      "any, with an unreadable control item",
      { command: toStandby, control: "unknown" },
      nothing("the control item is unreadable"),
    ],
    [
      "any, with no control item",
      { command: toStandby, control: "absent", isTick: false },
      nothing("no control item yet; the tick creates it"),
    ],
  ])("%s", (_what, changes, action) => {
    expect(decideNow(changes)).toEqual(action);
  });
});

describe("an automatic fence", () => {
  /** Written without the shipped rules: what we see ourselves, and what home itself last wrote. */
  const weSee = ({ looks, waitingSinceMs }: Evidence): boolean =>
    looks.filter(({ home }) => home === "bad").length >= 3 ||
    looks.filter(({ canary }) => canary === "failed").length >= 6 ||
    waitingSinceMs !== null;
  const homeFellSilent = ({ looks, aliveAtMs, progress }: Evidence): boolean =>
    (aliveAtMs !== null && aliveAtMs < ago(20)) ||
    looks.filter(({ aliveAgeMs }) => aliveAgeMs !== null && aliveAgeMs > 10_000).length >= 6 ||
    (progress !== null && progress.lastAtMs < ago(80));

  test("has two witnesses, and every sign comes up", () => {
    const signs = new Map<string, number>();
    fc.assert(
      fc.property(anyTrouble, (observation) => {
        const action = decide(observation, NOW_MS);
        if (action.do !== "fence") return true;
        signs.set(action.because, (signs.get(action.because) ?? 0) + 1);
        return weSee(observation.evidence) && homeFellSilent(observation.evidence);
      }),
      runs(3_000),
    );
    expect([...signs.keys()].sort()).toEqual([
      "accepting stopped",
      "home flapping",
      "home lost",
      "settling stopped",
    ]);
    expect(Math.min(...signs.values())).toBeGreaterThanOrEqual(10);
  });

  const silenced: [string, (evidence: Evidence) => Evidence][] = [
    [
      "home's own writing is unknown",
      (evidence) => ({
        ...evidence,
        aliveAtMs: null,
        progress: null,
        looks: evidence.looks.map((look) => ({ ...look, aliveAgeMs: null })),
      }),
    ],
    [
      "our own looks are good and no order waits",
      (evidence) => ({
        ...evidence,
        waitingSinceMs: null,
        looks: evidence.looks.map((look) => ({ ...look, home: "good", canary: "accepted" })),
      }),
    ],
    [
      "we are blind and no order waits",
      (evidence) => ({
        ...evidence,
        waitingSinceMs: null,
        looks: evidence.looks.map((look) => ({ ...look, home: "blind", canary: "unanswered" })),
      }),
    ],
    [
      "home writes",
      (evidence) => ({
        ...evidence,
        aliveAtMs: ago(20),
        progress: evidence.progress && { ...evidence.progress, lastAtMs: ago(80) },
        looks: evidence.looks.map((look) => ({ ...look, aliveAgeMs: 10_000 })),
      }),
    ],
  ];

  test.each(silenced)("never comes when %s", (_when, silence) => {
    fc.assert(
      fc.property(anyTrouble, (observation) => {
        const evidence = silence(observation.evidence);
        return !isAutomaticFence(decide({ ...observation, evidence }, NOW_MS));
      }),
      runs(1_000),
    );
  });

  test("takes a blind look for a good one", () => {
    fc.assert(
      fc.property(anyTrouble, (observation) => {
        const { evidence } = observation;
        const seen = evidence.looks.map((look) =>
          look.home === "blind" ? { ...look, home: "good" as const } : look,
        );
        expect(decide({ ...observation, evidence: { ...evidence, looks: seen } }, NOW_MS)).toEqual(
          decide(observation, NOW_MS),
        );
      }),
      runs(1_000),
    );
  });

  test("comes from the standby's orchestrator alone, from home, armed, towards the standby", () => {
    fc.assert(
      fc.property(fc.oneof(anyObservation, anyTrouble), (observation) => {
        const action = decide(observation, NOW_MS);
        if (!isAutomaticFence(action)) return;
        const { progress } = observation.evidence;
        const control = observation.control as Control;
        expect(action).toMatchObject({ target: STANDBY, how: "failover" });
        expect(observation.self).toBe(STANDBY);
        expect(control.active).toBe(HOME);
        expect(control.disarmedUntilMs).toBeLessThanOrEqual(NOW_MS);
        expect(progress!.epoch).toBe(control.epoch);
        expect(progress!.lastAtMs - progress!.firstAtMs).toBeGreaterThanOrEqual(300_000);
      }),
      runs(3_000),
    );
  });

  test.each<[string, Partial<Observation>, boolean]>([
    [
      "five minutes of settling",
      { evidence: { ...homeLost, progress: { epoch: 1, firstAtMs: ago(332), lastAtMs: ago(32) } } },
      true,
    ],
    [
      "a millisecond less",
      {
        evidence: {
          ...homeLost,
          progress: { epoch: 1, firstAtMs: ago(332) + 1, lastAtMs: ago(32) },
        },
      },
      false,
    ],
    [
      "settling in an older epoch",
      { evidence: { ...homeLost, progress: { ...settling, epoch: 0 } } },
      false,
    ],
    ["no settling known", { evidence: { ...homeLost, progress: null } }, false],
    [
      "disarmed until now",
      { evidence: homeLost, control: controlWith({ disarmedUntilMs: NOW_MS }) },
      true,
    ],
    [
      "disarmed a millisecond longer",
      { evidence: homeLost, control: controlWith({ disarmedUntilMs: NOW_MS + 1 }) },
      false,
    ],
  ])("is armed after %s: %#", (_what, changes, isArmed) => {
    expect(isAutomaticFence(decideNow(changes))).toBe(isArmed);
  });
});

describe("whatever is observed", () => {
  const always = (name: string, property: (observation: Observation, action: Action) => void) =>
    test(name, () => {
      fc.assert(
        fc.property(fc.oneof(anyObservation, anyTrouble), (observation) =>
          property(observation, decide(observation, NOW_MS)),
        ),
        runs(1_000),
      );
    });
  const controlOf = (observation: Observation) => observation.control as Control;

  always("the same look at the same moment gives the same action", (observation, action) => {
    expect(decide(structuredClone(observation), NOW_MS)).toEqual(action);
  });

  always("an unknown control item moves nothing", (observation) => {
    expect(decide({ ...observation, control: "unknown" }, NOW_MS).do).toBe("nothing");
  });

  always("only the tick creates, and only what is absent", (observation, action) => {
    const mayCreate = observation.control === "absent" && observation.isTick;
    expect(action.do === "create").toBe(mayCreate);
  });

  always("no fence goes where we are or already go in that way", (observation, action) => {
    if (action.do !== "fence") return;
    const { active, target, how } = controlOf(observation);
    expect(action.target).not.toBe(active);
    if (action.target === target) {
      expect([how, action.how]).not.toEqual([how, how]);
      expect(how).not.toBe("failover");
    }
  });

  always("an operator's fence is what was asked for", (observation, action) => {
    if (action.do !== "fence" || action.isAutomatic) return;
    const { command } = observation;
    const asked =
      command?.action === "failover"
        ? { target: command.to, how: "failover" }
        : { target: HOME, how: "switchover" };
    expect(action).toMatchObject(asked);
    expect(["failover", "failback"]).toContain(command?.action);
  });

  always(
    "an RDS call is the one the control item asks for, in the right region",
    (observation, action) => {
      if (action.do !== "promote") return;
      const { target, how } = controlOf(observation);
      expect(action).toMatchObject({ target, how });
      expect(how).not.toBe("start");
      expect(action.callIn === action.target).toBe(how === "failover");
      expect(observation.target).toMatchObject({ isWriter: false, isPromoting: false });
    },
  );

  always("only a known writer that is the target is activated", (observation, action) => {
    if (action.do !== "activate") return;
    expect(observation.target).toMatchObject({ isWriter: true });
    expect(action.target).toBe(controlOf(observation).target);
  });

  always("a known unready region is never fenced for", (observation, action) => {
    if (action.do !== "fence" || observation.target === "unknown") return;
    expect(observation.target.isReady).toBe(true);
  });

  always("the sweep of this epoch comes before its notice", (observation, action) => {
    if (action.do !== "sweep" && action.do !== "notify") return;
    const { epoch, notifiedEpoch, active } = controlOf(observation);
    expect(notifiedEpoch).toBeLessThan(epoch);
    expect(active).not.toBeNull();
    expect(action.do === "notify").toBe(observation.memory.sweptEpoch === epoch);
  });

  always("re-pointing: the standby active, everyone told, once per run", (observation, action) => {
    if (action.do !== "repoint") return;
    const { active, epoch, notifiedEpoch, repointedEpoch } = controlOf(observation);
    expect(active).toBe(STANDBY);
    expect(notifiedEpoch).toBe(epoch);
    expect(repointedEpoch).toBeLessThan(epoch);
    expect(observation.memory.repointTriedEpoch).toBeLessThan(epoch);
  });

  test("under a target, evidence changes nothing", () => {
    fc.assert(
      fc.property(anyObservation, anyEvidence, (observation, evidence) => {
        fc.pre(typeof observation.control === "object" && observation.control.target !== null);
        expect(decide({ ...observation, evidence }, NOW_MS)).toEqual(decide(observation, NOW_MS));
      }),
      runs(1_000),
    );
  });

  test("an unknown target is no sign: it adds no fence, and under a target it only waits", () => {
    fc.assert(
      fc.property(anyObservation, anyTarget, (observation, target) => {
        const action = decide({ ...observation, target: "unknown" }, NOW_MS);
        const asReady = decide({ ...observation, target: ready }, NOW_MS);
        if (action.do === "fence") expect(asReady).toEqual(action);
        if (["promote", "activate"].includes(action.do)) throw new Error("acts on the unknown");
        expect(target === "unknown" || typeof target === "object").toBe(true);
      }),
      runs(1_000),
    );
  });
});

test.each<[string, Parameters<typeof regionToGain>[0], Observation["command"], string]>([
  ["nothing set: the standby", controlWith(), null, STANDBY],
  ["unknown: the standby", "unknown", null, STANDBY],
  ["absent: the standby", "absent", null, STANDBY],
  ["a target", under(HOME, "switchover"), null, HOME],
  ["a command before a target", under(STANDBY, "failover"), { action: "failover", to: HOME }, HOME],
  ["failback: home", controlWith(), { action: "failback" }, HOME],
  ["disarm goes nowhere: the target", under(HOME, "failover"), { action: "disarm" }, HOME],
])("the region whose RDS is asked - %s", (_what, control, command, region) => {
  expect(regionToGain(control, command, HOME, STANDBY)).toBe(region);
});

describe("what decide can know", () => {
  const file = (name: string) => join(__dirname, "../../lambda/shared", `${name}.ts`);
  const source = (name: string) =>
    ts.createSourceFile(name, readFileSync(file(name), "utf8"), ts.ScriptTarget.ES2022, true);

  function fieldsOf(name: string, type: string): string[] {
    const found = source(name).statements.find(
      (one): one is ts.InterfaceDeclaration =>
        ts.isInterfaceDeclaration(one) && one.name.text === type,
    );
    if (found === undefined) throw new Error(`no interface ${type} in ${name}.ts`);
    return found.members.map((member) => member.name!.getText());
  }

  // A new field belongs here only if neither the region being left nor Route 53 has to answer it.
  test.each([
    [
      "decide",
      "Observation",
      ["self", "home", "standby", "control", "evidence", "target", "command", "isTick", "memory"],
    ],
    ["decide", "TargetDatabase", ["isWriter", "isPromoting", "isReady"]],
    ["decide", "Memory", ["sweptEpoch", "repointTriedEpoch", "paged"]],
    ["signs", "Evidence", ["looks", "aliveAtMs", "progress", "waitingSinceMs"]],
    ["signs", "Look", ["atMs", "home", "canary", "aliveAgeMs"]],
    ["signs", "Progress", ["epoch", "firstAtMs", "lastAtMs"]],
  ])("%s.ts: %s", (name, type, fields) => {
    expect(fieldsOf(name, type)).toEqual(fields);
  });

  test.each([
    ["decide", ["./control", "./signs", "./tunables"]],
    ["signs", ["./control", "./tunables"]],
    ["control", []],
    ["rules", ["./control"]],
  ])("%s.ts is pure: it imports nothing that could ask anybody", (name, imports) => {
    const found = source(name).statements.filter(ts.isImportDeclaration);
    expect(found.map((one) => (one.moduleSpecifier as ts.StringLiteral).text)).toEqual(imports);
    expect(readFileSync(file(name), "utf8")).not.toMatch(/Date\.now|new Date|Math\.random|await/);
  });

  test("decide.ts stays below 250 lines", () => {
    expect(readFileSync(file("decide"), "utf8").split("\n").length - 1).toBeLessThan(250);
  });
});

test("three bad looks are worth nothing while home's sign of life is fresh", () => {
  const evidence = evidenceWith({ looks: looks(bad, bad, bad), aliveAtMs: ago(20) });
  expect(decideNow({ evidence })).toEqual(nothing(`${HOME} is active`));
});
