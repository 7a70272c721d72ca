import { orderIdOf } from "../../../lambda/runtime/ledgerKeys";
import { ORDERS_SEEN_MAX } from "../../../lambda/runtime/events";
import type { WorkEntry } from "../../../lambda/orders/orderItem";
import { command } from "../command";
import { type Fact, fact } from "../fact";
import { type SeenControl, send } from "../orchestrator";
import { seenIn } from "../seen";
import { oldestOpen } from "../state";
import { textTable } from "../../../support/cli/table";

/** The sweep closes what is settled within two minutes (docs/architecture.md). */
const USUAL_SECONDS = 120;

export const lost = command({
  about: "Which orders are open, for how long and why: compares the ledger with both databases",
  options: {},
  run: async (tools) => {
    const deployment = await tools.deployment();
    const { home, standby } = deployment.regions;
    const { control } = await send(tools, [standby, home], { action: "status" });
    const { entries, isAll } = await oldestOpen(tools, deployment, ORDERS_SEEN_MAX);
    const ids = entries.map(({ pk }) => orderIdOf(pk));
    const [inHome, inStandby] = await Promise.all(
      [home, standby].map((region) => fact(() => seenIn(tools, region, ids))),
    );
    const databases = { [home.name]: inHome!, [standby.name]: inStandby! };
    const nowMs = tools.clock.nowMs();
    const orders = entries.map((entry) => explained(entry, control, databases, nowMs));
    return {
      exit: orders.some(({ openSeconds }) => openSeconds > USUAL_SECONDS) ? "refused" : "done",
      text: textOf(orders, isAll),
      data: { orders, isAll, databases: problemsOf(databases) },
    };
  },
});

interface OpenOrder {
  orderId: string;
  openSeconds: number;
  why: string;
}

/** Databases by region: the orders that they have, or why they cannot be asked. */
type Databases = Readonly<Record<string, Fact<ReadonlySet<string>>>>;

function explained(
  { pk, at, settledEpoch }: WorkEntry,
  control: SeenControl,
  databases: Databases,
  nowMs: number,
): OpenOrder {
  const orderId = orderIdOf(pk);
  const openSeconds = Math.round((nowMs - Date.parse(at)) / 1000);
  return { orderId, openSeconds, why: whyOpen(orderId, settledEpoch, control, databases) };
}

function whyOpen(
  orderId: string,
  settledEpoch: number | undefined,
  control: SeenControl,
  databases: Databases,
): string {
  if (typeof control === "string") return `the control item is ${control}`;
  const { active, epoch, target } = control;
  if (active === null) return `${target} is taking over; then it is settled`;
  const [[other, found] = ["the other region", undefined]] = Object.entries(databases).filter(
    ([region]) => region !== active,
  );
  const isInActive = has(databases[active], orderId);
  if (settledEpoch !== epoch && isInActive !== true) return `${active} has not settled it yet`;
  if (isInActive === false)
    return `marked as settled, but ${active} has no row: see "Wrong data" in docs/runbook.md`;
  if (found !== undefined && "problem" in found)
    return `${other} cannot be asked for its row: ${found.problem}`;
  if (has(found, orderId) === false) return `${other} does not have its row yet`;
  return "both regions have its row; the next sweep closes it";
}

const has = (found: Databases[string] | undefined, orderId: string): boolean | null =>
  found !== undefined && "value" in found ? found.value.has(orderId) : null;

function problemsOf(databases: Databases): Record<string, string> {
  return Object.fromEntries(
    Object.entries(databases).map(([region, found]) => [
      region,
      "problem" in found ? found.problem : "answered",
    ]),
  );
}

function textOf(orders: readonly OpenOrder[], isAll: boolean): string {
  if (orders.length === 0) return "no order is open";
  const rows = orders.map(({ orderId, openSeconds, why }) => [orderId, `${openSeconds} s`, why]);
  const count = `${orders.length} open${isAll ? "" : ", and more: these are the oldest"}`;
  return `${count}; no acknowledged order is lost while it is open\n\n${textTable(rows)}`;
}
