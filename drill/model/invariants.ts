import { controlOf, regionNames, regionOf } from "./controlItem";
import { entryAt, hasRow, HOME, STANDBY, writerEpoch, type State } from "./state";

/** What is wrong with a state, or null. */
export function violationOf(state: State): string | null {
  return ledgerViolation(state) ?? logViolation(state) ?? controlViolation(state);
}

/** What the ledger says about orders must be true of Aurora's writer. */
function ledgerViolation(state: State): string | null {
  const control = controlOf(state.control);
  const writer = regionNames[state.writer];
  const { log } = state.volumes[state.writer];
  for (let i = 0; i < state.orders.length; i++) {
    const order = state.orders[i]!;
    if (order.status === "rejected" && !usesIdAgain(state, i))
      return `order ${i} is rejected, though nothing is wrong with it`;
    if (order.status === "absent" || hasRow(log, i)) continue;
    if (order.status === "closed" || order.status === "deleted")
      return `order ${i} is ${order.status}, ${writer} is the writer and has no row`;
    const isSettled =
      control !== null && control.active !== null && order.settledEpoch === control.epoch;
    if (isSettled) return `order ${i} is settled in the present epoch, the writer has no row of it`;
  }
  return null;
}

/** Only such an order may be rejected: its id belongs to the row of an older one. */
function usesIdAgain({ orders }: State, order: number): boolean {
  return order > 0 && orders[0]!.status === "deleted";
}

/** In one log the epoch only rises, and no row follows that was written under an older right. */
function logViolation(state: State): string | null {
  for (const region of [HOME, STANDBY] as const) {
    const { log } = state.volumes[region];
    let raised = 0;
    for (let i = 0; i < log.length; i++) {
      const { order, epoch } = entryAt(log, i);
      if (epoch < raised) {
        return order === null
          ? `writer_epoch fell from ${raised} to ${epoch} in ${regionNames[region]}`
          : `order ${order}'s row of epoch ${epoch} follows epoch ${raised} in ${regionNames[region]}`;
      }
      if (order === null) raised = epoch;
    }
  }
  return null;
}

/** The active region is Aurora's writer, stays it, and has the current epoch in its database. */
function controlViolation(state: State): string | null {
  if (state.wasUnasked) return "Aurora was told to lose data for a target nobody had asked for";
  const control = controlOf(state.control);
  if (control === null || control.active === null) return null;
  const active = regionOf(control.active);
  if (state.writer !== active) {
    return `${control.active} is active, Aurora's writer is ${regionNames[state.writer]}`;
  }
  if (state.promotion !== null) {
    return `${control.active} is active while Aurora promotes ${regionNames[state.promotion.target]}`;
  }
  const raised = writerEpoch(state.volumes[active].log);
  return raised === control.epoch
    ? null
    : `${control.active} is active under epoch ${control.epoch}, its database carries ${raised}`;
}
