import { mayClose } from "../shipped";
import { activeControl, controlOf, regionNames } from "./controlItem";
import type { Scene } from "./scene";
import {
  HOME,
  hasRow,
  hasRowOfId,
  idleCloser,
  otherThan,
  put,
  STANDBY,
  writerEpoch,
  type Closer,
  type Region,
  type State,
  type Tell,
} from "./state";

/**
 * The closing part of settlement-sweep, in each region. It may freeze, resume late or die at any
 * step.
 */
export function closerSteps(state: State, scene: Scene, tell: Tell): void {
  for (const region of [HOME, STANDBY] as const) {
    const closer = state.closers[region];
    const actor = `${regionNames[region]}'s closer`;
    if (closer.does === "nothing") {
      if (state.isUp[region]) readsControl(state, region, actor, tell);
      continue;
    }
    tell(actor, "dies", becomes(state, region, idleCloser));
    if (!state.isUp[region]) continue;
    if (closer.does === "reads") {
      readsDatabase(state, scene, region, closer, actor, tell);
      if (scene.reusesId) readsIndex(state, region, closer, actor, tell);
    } else if (closer.does === "closes") closesOne(state, region, closer, actor, tell);
    else deletesOne(state, scene, region, actor, tell);
  }
}

function becomes(state: State, region: Region, closer: Closer): State {
  return { ...state, closers: put(state.closers, region, closer) };
}

function readsControl(state: State, region: Region, actor: string, tell: Tell): void {
  const control = controlOf(state.control);
  if (control === null || control.active === null) return;
  if (control.active === regionNames[region]) return;
  const closer: Closer = { does: "reads", epoch: control.epoch, seen: 0 };
  tell(actor, `reads the control item (epoch ${control.epoch})`, becomes(state, region, closer));
}

/**
 * One statement reads a single snapshot: the open orders that are in this volume, and its epoch.
 */
function readsDatabase(
  state: State,
  scene: Scene,
  region: Region,
  closer: Closer,
  actor: string,
  tell: Tell,
): void {
  const { log, role } = state.volumes[region];
  const control = activeControl(otherThan(region), closer.epoch);
  const localEpoch = scene.rules.closerTestsEpoch ? writerEpoch(log) : closer.epoch;
  let seen = 0;
  state.orders.forEach((order, i) => {
    const isSeen = scene.rules.closerComparesOrders ? hasRow(log, i) : hasRowOfId(log, i, scene);
    if (order.status === "open" && isSeen) seen |= 1 << i;
  });
  if (seen !== 0 && mayClose(control, regionNames[region], localEpoch)) {
    const orders = state.orders.length === 1 ? "the order" : `orders ${ordersIn(seen).join(", ")}`;
    const does = `sees ${orders} in its ${role} volume`;
    tell(actor, does, becomes(state, region, { ...closer, does: "closes", seen }));
  } else {
    tell(actor, "sees nothing it may close", becomes(state, region, idleCloser));
  }
}

function closesOne(state: State, region: Region, closer: Closer, actor: string, tell: Tell): void {
  for (const i of ordersIn(closer.seen)) {
    const order = state.orders[i]!;
    const seen = closer.seen & ~(1 << i);
    const next = becomes(state, region, seen === 0 ? idleCloser : { ...closer, seen });
    const isOpen = order.status === "open";
    tell(actor, isOpen ? `closes order ${i}` : `finds order ${i} no longer open`, {
      ...next,
      orders: isOpen ? put(state.orders, i, { ...order, status: "closed" }) : state.orders,
    });
  }
}

/** The index is eventually consistent: what it calls closed may be deleted or in use again by now. */
function readsIndex(state: State, region: Region, closer: Closer, actor: string, tell: Tell): void {
  const { status } = state.orders[0]!;
  if (status !== "closed" && status !== "deleted") return;
  const next = becomes(state, region, { ...closer, does: "deletes", seen: 1 });
  tell(actor, "finds that order 0 was closed a day ago", next);
}

/** The condition of the delete names the state that the index had: order 0, closed. */
function deletesOne(state: State, scene: Scene, region: Region, actor: string, tell: Tell): void {
  const next = becomes(state, region, idleCloser);
  // Once order 1 has used the id again, the item is order 1's.
  const held = state.orders[1]!.status === "absent" ? 0 : 1;
  const order = state.orders[held]!;
  const isThatOrder = held === 0 && order.status === "closed";
  if (scene.rules.deletesClosedOnly && !isThatOrder) {
    return tell(actor, "finds another state than the index had", next);
  }
  const orders = put(state.orders, held, { ...order, status: "deleted" });
  tell(actor, `deletes order ${held}`, { ...next, orders });
}

function ordersIn(seen: number): number[] {
  return [0, 1].filter((i) => seen & (1 << i));
}
