import { heading, table } from "../../support/cli/table";
import { type Capacity, type Measured, type Rate, drainSeconds, relations } from "./arithmetic";
import type { Drain } from "./drain";
import type { Plan } from "./plan";

/** A backlog of five minutes at 200 orders a second, the time that a takeover may take. */
export const BACKLOG_ORDERS = 60_000;

/** Rates of one sandbox by what it does, and by its share of a CPU. */
export type Rates = Readonly<Record<string, ReadonlyMap<number, Rate>>>;

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const share = (value: number): string => value.toFixed(2);

export function ratesText(rates: Rates, shares: readonly number[]): string {
  const rows = Object.entries(rates).map(([what, byShare]) => [
    what,
    ...shares.flatMap((each) => {
      const { perSecond, cpuMsPerOrder } = byShare.get(each)!;
      return [whole(perSecond), cpuMsPerOrder.toFixed(2)];
    }),
  ]);
  const head = [
    "one sandbox",
    ...shares.flatMap((each) => [`orders/s at ${share(each)}`, "CPU ms"]),
  ];
  return `${heading("Rates of one sandbox, by its share of a CPU")}\n${table([head, ...rows])}`;
}

/** How the capacities follow from the rates. */
export function arithmeticText(plan: Plan, measured: Measured, capacity: Capacity): string {
  const { fresh, backlog, closing, pruning, rowsPerSecond } = measured;
  const rows = (rate: Rate, concurrency: number) =>
    `min(${whole(rate.perSecond)} x ${concurrency} sandboxes, ${whole(rowsPerSecond)} rows/s of the database)`;
  const part = `${plan.sweepWorkSeconds} of ${plan.sweepEverySeconds} s`;
  const [P, S] = [share(plan.processorShare), share(plan.sweepShare)];
  const lines = [
    ["admitted", whole(capacity.admitted), `${plan.admittedByRegion.join(" + ")} of two APIs`],
    ["settled", whole(capacity.settled), `at ${P}: ${rows(fresh, plan.fresh.concurrency)}`],
    ["drained", whole(capacity.drained), `at ${P}: ${rows(backlog, plan.backlog.concurrency)}`],
    [
      "closed and pruned",
      whole(capacity.swept),
      `at ${S}: ${part}, in which an order takes 1/${whole(closing.perSecond)} and 1/${whole(pruning.perSecond)} s`,
    ],
  ];
  const wide = lines.map(
    ([what, rate, how]) => `  ${what!.padEnd(18)} ${rate!.padStart(7)} = ${how}`,
  );
  return `${heading("Orders a second")}\n${wide.join("\n")}`;
}

export function relationsText(capacity: Capacity): string {
  const rows = relations(capacity).map(({ text, left, right, holds, isRequired }) => [
    text,
    `${whole(left)} <= ${whole(right)}`,
    holds ? "holds" : isRequired ? "FAILS" : "does not hold: open orders grow during a drain",
  ]);
  return `${heading("Relations")}\n${table(rows)}`;
}

export function drainText(
  plan: Plan,
  measured: Measured,
  capacity: Capacity,
  { orders, seconds, freshAgeMaxSeconds }: Drain,
): string {
  const computed = drainSeconds(BACKLOG_ORDERS, capacity, measured);
  const slower = `min(${whole(capacity.drained)} drained, ${whole(measured.requeueing.perSecond)} re-queued)`;
  const projected = (BACKLOG_ORDERS / orders / plan.backlog.concurrency) * seconds;
  return [
    heading("Drain of a backlog"),
    `  computed: ${whole(BACKLOG_ORDERS)} orders / ${slower} = ${whole(computed)} s`,
    `  played:   ${whole(orders)} orders with one sandbox in ${seconds.toFixed(1)} s; ` +
      `${whole(BACKLOG_ORDERS)} with ${plan.backlog.concurrency}: ${whole(projected)} s`,
    `  fresh orders meanwhile were settled within ${freshAgeMaxSeconds.toFixed(1)} s`,
  ].join("\n");
}
