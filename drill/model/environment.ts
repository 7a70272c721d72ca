import { regionNames } from "./controlItem";
import {
  entryAt,
  HOME,
  idleProcessor,
  otherThan,
  put,
  STANDBY,
  type Region,
  type State,
  type Volume,
  type Tell,
} from "./state";

/** Aurora's storage and control plane, and the loss and return of regions. */
export function environmentSteps(state: State, tell: Tell): void {
  if (state.isUp[HOME] && state.isUp[STANDBY]) {
    replication(state, tell);
    losses(state, tell);
  } else {
    const lost = state.isUp[HOME] ? STANDBY : HOME;
    tell("fate", `${regionNames[lost]} RETURNS`, { ...state, isUp: [true, true] });
  }
  if (state.orders[0]!.status === "deleted" && state.orders[1]?.status === "absent") {
    const orders = put(state.orders, 1, { status: "open", settledEpoch: 0 });
    tell("a client", "uses order 0's id for order 1", { ...state, orders });
  }
  if (state.promotion !== null) promotionEnds(state, state.promotion, tell);
}

/**
 * A reader holds a prefix of the writer's log. A discarded volume is eventually replaced by a copy.
 */
function replication(state: State, tell: Tell): void {
  const reader = otherThan(state.writer);
  const volume = state.volumes[reader];
  const source = state.volumes[state.writer].log;
  if (volume.role === "discarded") {
    const rebuilt: Volume = { role: "reader", log: source };
    tell(
      "aurora",
      `${regionNames[reader]}'s volume is rebuilt`,
      withVolume(state, reader, rebuilt),
    );
  } else if (volume.log.length < source.length) {
    const longer: Volume = { role: "reader", log: source.slice(0, volume.log.length + 1) };
    const entry = entryText(source, volume.log.length);
    tell("aurora", `${entry} reaches ${regionNames[reader]}`, {
      ...state,
      volumes: put(state.volumes, reader, longer),
    });
  }
}

function losses(state: State, tell: Tell): void {
  const { luck } = state;
  if (luck.homeLosses > 0) {
    tell("fate", "home IS LOST", {
      ...state,
      isUp: [false, true],
      luck: { ...luck, homeLosses: luck.homeLosses - 1 },
    });
  }
  if (luck.standbyLosses > 0) {
    tell("fate", "standby IS LOST", {
      ...state,
      isUp: [true, false],
      luck: { ...luck, standbyLosses: luck.standbyLosses - 1 },
    });
  }
}

/**
 * RDS completes an accepted call, possibly much later. A failover needs only the target and leaves
 * the other volume behind. A switchover needs both regions and loses nothing.
 */
function promotionEnds(
  state: State,
  { target, losesData }: NonNullable<State["promotion"]>,
  tell: Tell,
): void {
  const left = otherThan(target);
  const isPossible = state.isUp[target] && (losesData || state.isUp[left]);
  if (!isPossible) {
    tell("aurora", "the promotion fails", { ...state, promotion: null });
    return;
  }
  const promoted: Volume = {
    role: "writer",
    log: state.volumes[losesData ? target : left].log,
  };
  const old: Volume = { ...state.volumes[left], role: losesData ? "discarded" : "reader" };
  const ended = withVolume({ ...state, promotion: null, writer: target }, target, promoted);
  const name = regionNames[target];
  tell(
    "aurora",
    `${name} IS PROMOTED, ${losesData ? "what was not replicated is lost" : "in step"}`,
    losesData ? { ...ended, volumes: put(ended.volumes, left, old) } : withVolume(ended, left, old),
  );
}

/** Replaces a volume or changes its role, which ends the statements in progress on it. */
function withVolume(state: State, region: Region, volume: Volume): State {
  const isCut = state.processors[region].does === "commits";
  return {
    ...state,
    volumes: put(state.volumes, region, volume),
    processors: isCut ? put(state.processors, region, idleProcessor) : state.processors,
  };
}

function entryText(log: string, index: number): string {
  const { order, epoch } = entryAt(log, index);
  return order === null ? `epoch ${epoch}` : `order ${order}'s row`;
}
