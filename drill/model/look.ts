import {
  type Action,
  type Command,
  type Control,
  type Evidence,
  type TargetDatabase,
  decide,
  takeoverRegion,
} from "../shipped";
import { controlOf, NOW_MS, regionNames, regionOf } from "./controlItem";
import type { Luck, Rules } from "./scene";
import { HOME, idleRun, otherThan, STANDBY, type Region, type Run, type State } from "./state";

/** One way to poll: in which region, with which command, with or without signs against home. */
interface Way {
  self: Region;
  command: Command | null;
  hasSign: boolean;
  /** The luck that a fence after this poll uses up. */
  uses: keyof Luck;
}

const told: readonly { command: Command | null; uses: keyof Luck }[] = [
  { command: { action: "failback" }, uses: "failbacks" },
  { command: { action: "failover", to: "home" }, uses: "failoversHome" },
  { command: { action: "failover", to: "standby" }, uses: "failoversStandby" },
];

/** At home, only an operator starts the orchestrator. */
const ways: readonly Way[] = [
  { self: STANDBY, command: null, hasSign: false, uses: "falseSigns" as const },
  { self: STANDBY, command: null, hasSign: true, uses: "falseSigns" as const },
  ...[STANDBY, HOME].flatMap((self) => told.map((words) => ({ self, hasSign: false, ...words }))),
];

/** A poll that makes an invocation act. */
export interface Look {
  run: Run;
  /** The luck that it uses up: a false sign or an operator's command. Null if it needs none. */
  uses: keyof Luck | null;
  text: string;
}

const remembered = new Map<number, readonly Look[]>();

/**
 * Every poll that an invocation could make now, in either region, with or without an answer from
 * RDS. A poll reads the control item and then RDS. One step models both: if the control item
 * changes in between, the invocation is stale, like one that froze after its poll.
 */
export function looksAt(state: State, rules: Rules): readonly Look[] {
  const databases = [
    databaseCode(state, HOME, rules),
    databaseCode(state, STANDBY, rules),
  ] as const;
  const situation = (state.control << 8) | (databases[HOME] << 4) | databases[STANDBY];
  const key =
    situation * 4 + Number(rules.controlRemembersTarget) + 2 * Number(rules.asksNamedRegion);
  let looks = remembered.get(key);
  if (looks === undefined) {
    looks = distinct(ways.flatMap((way) => looksOf(way, state, rules, databases)));
    remembered.set(key, looks);
  }
  return looks;
}

function looksOf(
  way: Way,
  state: State,
  rules: Rules,
  databases: readonly [number, number],
): Look[] {
  if (!state.isUp[way.self]) return [];
  const control = controlOf(state.control);
  const seen = control === null ? "absent" : asSeen(control, rules, way.command);
  const gains = regionOf(takeoverRegion(seen, way.command, ...regionNames));
  const answers = [databases[gains], UNKNOWN];
  // An invocation that asked RDS before the control item had a target asked in the standby.
  if (!rules.asksNamedRegion && way.command === null) answers.push(databases[STANDBY]);
  return answers.flatMap((database) => {
    const action = decideOn(seen, way, databaseOf(database));
    const run = toRun(action, way.self, control?.epoch ?? 0);
    if (run === null) return [];
    const isTrue = way.hasSign && !state.isUp[HOME];
    const signs = !way.hasSign ? "" : isTrue ? "sees home lost, " : "has false signs, ";
    const command = way.command === null ? "" : `told to ${commandText(way.command)}, `;
    const uses = run.does === "fence" && !isTrue ? way.uses : null;
    return [{ run, uses, text: `${command}${signs}decides to ${runText(run)}` }];
  });
}

/** Removes polls that lead to the same invocation and use up the same luck. */
function distinct(looks: readonly Look[]): Look[] {
  const byEffect = new Map<string, Look>();
  for (const look of looks) {
    const effect = JSON.stringify([look.run, look.uses]);
    if (!byEffect.has(effect)) byEffect.set(effect, look);
  }
  return [...byEffect.values()];
}

/**
 * The control item as a poll sees it. If it does not store its target, the target must be guessed.
 */
function asSeen(control: Control, rules: Rules, command: Command | null): Control {
  const isKnown = control.target === null || control.how === "start";
  if (rules.controlRemembersTarget || isKnown) return control;
  if (command?.action === "failback") return { ...control, target: "home", how: "switchover" };
  const target = command?.action === "failover" ? command.to : "standby";
  return { ...control, target, how: "failover" };
}

// --- Answers of RDS, encoded as a number ---

const UNKNOWN = 0;

function databaseCode(state: State, region: Region, rules: Rules): number {
  if (!state.isUp[region]) return UNKNOWN;
  const { promotion } = state;
  const isLeft = rules.knowsLeavingWriter && promotion !== null && promotion.target !== region;
  return (
    1 +
    (Number(state.writer === region && !isLeft) |
      (Number(promotion !== null) << 1) |
      (Number(state.volumes[region].role !== "discarded") << 2))
  );
}

function databaseOf(code: number): TargetDatabase | "unknown" {
  if (code === UNKNOWN) return "unknown";
  const bits = code - 1;
  return { isWriter: (bits & 1) > 0, isPromoting: (bits & 2) > 0, isReady: (bits & 4) > 0 };
}

/** The decision of an invocation that has swept and tried to re-point: the model covers neither. */
function decideOn(
  control: Control | "absent",
  way: Way,
  target: TargetDatabase | "unknown",
): Action {
  const epoch = control === "absent" ? 0 : control.epoch;
  return decide(
    {
      self: regionNames[way.self],
      home: regionNames[HOME],
      standby: regionNames[STANDBY],
      control,
      evidence: evidenceOf(epoch, way.hasSign),
      target,
      command: way.command,
      isTick: way.command === null,
      memory: { sweptEpoch: epoch, repointTriedEpoch: epoch, paged: true, database: null },
    },
    NOW_MS,
  );
}

/** Home has settled orders for long, and is now either silent or fully healthy. */
function evidenceOf(epoch: number, hasSign: boolean): Evidence {
  const at = (secondsAgo: number) => NOW_MS - secondsAgo * 1000;
  const look = (secondsAgo: number) =>
    ({
      atMs: at(secondsAgo),
      home: hasSign ? "bad" : "good",
      canary: hasSign ? "unanswered" : "accepted",
      aliveAgeMs: hasSign ? 40_000 : 2_000,
    }) as const;
  return {
    probes: [look(20), look(10), look(0)],
    aliveAtMs: at(hasSign ? 40 : 2),
    progress: {
      epoch,
      firstAtMs: at(3_600),
      lastAtMs: at(hasSign ? 40 : 2),
      newestOrderAtMs: at(hasSign ? 42 : 4),
    },
    waitingSinceMs: null,
  };
}

function toRun(action: Action, self: Region, epoch: number): Run | null {
  const run: Run = { ...idleRun, self, epoch, isCurrent: true };
  switch (action.do) {
    case "create":
      return { ...run, does: "create", target: regionOf(action.target) };
    case "notify":
      return { ...run, does: "notify" };
    case "fence":
      return { ...run, does: "fence", target: regionOf(action.target), how: action.how };
    case "activate":
      return { ...run, does: "raise", target: regionOf(action.target) };
    case "promote": {
      const target = regionOf(action.target);
      const mustCallIn = action.how === "failover" ? target : otherThan(target);
      // RDS rejects a call made in the wrong region.
      if (regionOf(action.callIn) !== mustCallIn) return null;
      return { ...run, does: "promote", target, how: action.how };
    }
    default:
      return null;
  }
}

function commandText(command: Command): string {
  return command.action === "failover" ? `fail over to ${command.to}` : command.action;
}

/** Describes what an invocation is about to do. */
export function runText(run: Run): string {
  const target = regionNames[run.target];
  switch (run.does) {
    case "create":
      return "create the control item";
    case "fence":
      return `fence for a ${run.how} to ${target}`;
    case "promote":
      return `call for a ${run.how} to ${target}`;
    case "raise":
      return `raise writer_epoch to ${run.epoch} in ${target}`;
    case "activate":
      return `write ${target} active under epoch ${run.epoch}`;
    case "notify":
      return "notify";
    case "nothing":
      return "do nothing";
  }
}
