import { isWaiting, maySettle } from "../shipped";
import { controlOf, regionNames } from "./controlItem";
import type { Scene } from "./scene";
import {
  HOME,
  hasRow,
  hasRowOfId,
  idleProcessor,
  put,
  rowEntry,
  STANDBY,
  writerEpoch,
  type Processor,
  type Region,
  type State,
  type Tell,
} from "./state";

/** One order-processor per region. Between any two steps it may freeze, resume late or die. */
export function processorSteps(state: State, scene: Scene, tell: Tell): void {
  for (const region of [HOME, STANDBY] as const) {
    const processor = state.processors[region];
    const actor = `${regionNames[region]}'s processor`;
    if (processor.does === "nothing") {
      if (state.isUp[region]) takesHint(state, region, actor, tell);
      continue;
    }
    tell(actor, "dies", becomes(state, region, idleProcessor));
    if (state.isUp[region]) goesOn(state, scene, region, processor, actor, tell);
  }
}

function becomes(state: State, region: Region, processor: Processor): State {
  return { ...state, processors: put(state.processors, region, processor) };
}

/** Takes a hint. Hints that the sweep would queue again suffice; their number is not limited. */
function takesHint(state: State, region: Region, actor: string, tell: Tell): void {
  const control = controlOf(state.control);
  if (control === null || !maySettle(control, regionNames[region])) return;
  state.orders.forEach((order, i) => {
    if (order.status !== "open" || !isWaiting(order.settledEpoch || undefined, control)) return;
    tell(
      actor,
      `reads the control item (epoch ${control.epoch}), takes order ${i}`,
      becomes(state, region, { does: "inserts", epoch: control.epoch, order: i }),
    );
  });
}

function goesOn(
  state: State,
  scene: Scene,
  region: Region,
  processor: Processor,
  actor: string,
  tell: Tell,
): void {
  const { epoch, order } = processor;
  const volume = state.volumes[region];
  const to = (does: Processor["does"]) =>
    becomes(state, region, does === "nothing" ? idleProcessor : { ...processor, does });
  const holdsRight = writerEpoch(volume.log) === epoch;
  if (processor.does === "marks") {
    const before = state.orders[order]!;
    const settledEpoch = Math.max(before.settledEpoch, epoch);
    const marked = before.status === "deleted" ? before : { ...before, settledEpoch };
    const orders = put(state.orders, order, marked);
    tell(actor, `marks order ${order} as settled under ${epoch}`, { ...to("nothing"), orders });
  } else if (volume.role === "reader") {
    tell(actor, "finds its database read-only", to("nothing"));
  } else if (processor.does === "inserts") {
    if (holdsRight) tell(actor, `begins to insert, sees epoch ${epoch}`, to("commits"));
    else tell(actor, "inserts nothing: another epoch has the right", to("nothing"));
  } else if (processor.does === "commits") {
    // With `for share`, nobody can raise the epoch between the check and the commit.
    if (scene.rules.statementHoldsRight && !holdsRight) {
      tell(actor, "finds the right gone", to("nothing"));
    } else if (hasRowOfId(volume.log, order, scene)) {
      tell(actor, `finds a row under order ${order}'s id`, to("compares"));
    } else {
      const longer = { ...volume, log: volume.log + rowEntry(order, epoch) };
      const volumes = put(state.volumes, region, longer);
      tell(actor, `commits order ${order} under epoch ${epoch}`, { ...to("marks"), volumes });
    }
  } else if (hasRow(volume.log, order)) {
    tell(actor, "reads that row: the same order", to("marks"));
  } else if (scene.rules.sparesMissingRow && !hasRowOfId(volume.log, order, scene)) {
    tell(actor, "finds that row no more, leaves the order to the sweep", to("nothing"));
  } else {
    const orders = put(state.orders, order, { ...state.orders[order]!, status: "rejected" });
    tell(actor, `finds no row of its own, rejects order ${order}`, { ...to("nothing"), orders });
  }
}
