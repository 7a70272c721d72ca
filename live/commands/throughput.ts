import { cpus, loadavg } from "node:os";
import { runCommand } from "../../support/cli/command";
import { type Given, count } from "../../support/cli/options";
import { Live } from "../harness/live";
import { Books } from "../harness/orders";
import { type Measured, type Rate, capacityOf, relations } from "../throughput/arithmetic";
import { drain } from "../throughput/drain";
import { Measurements } from "../throughput/measure";
import { planOf } from "../throughput/plan";
import {
  type Rates,
  arithmeticText,
  drainText,
  ratesText,
  relationsText,
} from "../throughput/report";
import { isFlat, steady } from "../throughput/steady";

/**
 * `npm run bench:throughput`: how many orders a second the shipped bundles settle, close and prune,
 * beside what the API admits. The exit code is 1 if the API admits more than that, or if the number
 * of open orders grows, and 2 for a wrong option.
 */
const throughputCommand = {
  line: "npm run bench:throughput",
  about: "Measures the rates at which the shipped bundles settle, close and prune orders.",
  options: {
    minutes: { value: "N", about: "Then play N minutes at the admitted rate" },
    rate: { value: "N", about: "Play them, and the drain, at N orders a second" },
    backlog: { value: "N", default: "3000", about: "Drain a backlog of N orders at the end" },
  },
} as const;

/** Latency of every call: what the ledger's writes take in two regions. */
const LATENCY_MS = 25;
/** Time of its invocations for which a rate is measured. */
const MEASURED_SECONDS = 4;
/** The share of a CPU that a function of 512 MB has, and a whole CPU. */
const SHARES = [0.29, 1];
const MINUTES_MAX = 1_440;
const RATE_MAX = 10_000;
const BACKLOG_MAX = 1_000_000;

type Options = Given<typeof throughputCommand.options>;

/** What follows the measurements. */
interface Played {
  minutes: number;
  /** Orders a second, the admitted rate if undefined. */
  perSecond: number | undefined;
  backlog: number;
}

async function throughput({ minutes, rate, backlog }: Options): Promise<number> {
  const played = {
    minutes: minutes === undefined ? 0 : count("--minutes", minutes, MINUTES_MAX),
    perSecond: rate === undefined ? undefined : count("--rate", rate, RATE_MAX),
    backlog: count("--backlog", backlog, BACKLOG_MAX),
  };
  const live = await Live.start();
  try {
    return await bench(live, played);
  } finally {
    await live.stop();
  }
}

async function bench(live: Live, { minutes, backlog, ...played }: Played): Promise<number> {
  const books = new Books(live);
  const plan = planOf(live.program);
  live.aws.latencyMs = LATENCY_MS;
  await live.activateDatabase(1);
  const measurements = new Measurements(live, books, MEASURED_SECONDS);
  const shares = [
    ...new Set([...SHARES, plan.processorShare, plan.sweepShare].map(rounded)),
  ].sort();
  const at = (measure: (share: number) => Promise<Rate>) => atShares(shares, measure);
  const settling = (ordersPerMessage: number) =>
    at((share) => measurements.settling(share, plan.fresh, ordersPerMessage));
  const rates = {
    "settling fresh orders": await settling(1),
    "settling a backlog": await settling(10),
    closing: await at((share) => measurements.closing(share)),
    pruning: await at((share) => measurements.pruning(share)),
    "re-queueing": await at((share) => measurements.requeueing(share)),
  } satisfies Rates;
  say(`Node ${process.version}, ${cpus().length} CPUs, load ${loadavg()[0]!.toFixed(1)}`);
  say(ratesText(rates, shares));
  const [processor, sweep] = [rounded(plan.processorShare), rounded(plan.sweepShare)];
  const measured: Measured = {
    fresh: rates["settling fresh orders"].get(processor)!,
    backlog: rates["settling a backlog"].get(processor)!,
    closing: rates.closing.get(sweep)!,
    pruning: rates.pruning.get(sweep)!,
    requeueing: rates["re-queueing"].get(sweep)!,
    rowsPerSecond: await measurements.rowsPerSecond(plan.fresh.concurrency, plan.fresh.batchSize),
  };
  const capacity = capacityOf(plan, measured);
  say(arithmeticText(plan, measured, capacity));
  say(relationsText(capacity));
  const perSecond = played.perSecond ?? capacity.admitted;
  const isSteady = minutes === 0 || (await playSteady(live, books, { minutes, perSecond }));
  books.clear();
  const drained = await drain(live, books, plan, backlog, perSecond);
  say(drainText(plan, measured, capacity, drained));
  const isKept = relations(capacity).every(({ holds, isRequired }) => holds || !isRequired);
  return isKept && isSteady ? 0 : 1;
}

async function playSteady(
  live: Live,
  books: Books,
  { minutes, perSecond }: { minutes: number; perSecond: number },
): Promise<boolean> {
  const plan = planOf(live.program);
  say(`${minutes} minutes at ${perSecond} orders a second`);
  const found = await steady(live, books, plan, { minutes, perSecond }, (minute) => {
    const { accepted, open, due, freshAgeMaxSeconds, sweep } = minute;
    const age = freshAgeMaxSeconds.toFixed(1);
    say(
      `  accepted ${accepted}; the sweep found ${open} open, ${due} to prune: ${sweep}; ` +
        `fresh orders settled within ${age} s`,
    );
  });
  const isKept = isFlat(found);
  say(`  the number of open orders ${isKept ? "is flat" : "GROWS"}`);
  return isKept;
}

async function atShares(
  shares: readonly number[],
  measure: (share: number) => Promise<Rate>,
): Promise<Map<number, Rate>> {
  const rates = new Map<number, Rate>();
  for (const share of shares) rates.set(share, await measure(share));
  return rates;
}

const rounded = (share: number): number => Number(share.toFixed(2));

function say(text: string): void {
  process.stdout.write(`${text}\n\n`);
}

void runCommand(throughputCommand, throughput);
