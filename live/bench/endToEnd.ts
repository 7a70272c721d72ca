import { NoPython } from "../../support/cli/python";
import type { Placed } from "../load/clients";
import { type Session, startLive } from "../session";
import { type Figure, percentile } from "./figures";

/** As many as order-api has sandboxes in the emulator. The API refuses more at once, which then wait. */
const CLIENTS = 3;
/** Until the sandboxes of all functions have started. */
const WARM_UP_MS = 10_000;
const SETTLING_TIMEOUT_MS = 120_000;

/**
 * Orders a second through both regions of `npm run live`: over HTTP to the REST API of home, and on to
 * its PostgreSQL. The emulator's processes take most of the time.
 */
export async function endToEnd(seconds: number): Promise<Figure[]> {
  let session: Session;
  try {
    session = await startLive();
  } catch (error) {
    if (!(error instanceof NoPython)) throw error;
    return [{ what: `${CLIENTS} clients through the emulator`, measured: error.message }];
  }
  try {
    await session.load.loop(CLIENTS, WARM_UP_MS);
    const fromMs = Date.now();
    await session.load.loop(CLIENTS, seconds * 1000);
    const untilMs = Date.now();
    const measured = [...session.load.placed.values()].filter(({ sentMs }) => sentMs >= fromMs);
    const isSettled = () => measured.every(({ settledMs }) => settledMs !== undefined);
    await session.until(isSettled, SETTLING_TIMEOUT_MS, "all orders are settled");
    return figuresOf([...session.load.placed.values()], measured, fromMs, untilMs);
  } finally {
    await session.stop();
  }
}

/** @param all includes orders placed before, which are settled in this time as well. */
function figuresOf(
  all: readonly Placed[],
  measured: readonly Placed[],
  fromMs: number,
  untilMs: number,
): Figure[] {
  const during = (atMs = 0) => atMs >= fromMs && atMs < untilMs;
  const rate = (times: readonly (number | undefined)[]) => {
    const seconds = (untilMs - fromMs) / 1000;
    return `${(times.filter((each) => during(each)).length / seconds).toFixed(1)}/s`;
  };
  const both = (times: readonly number[]) =>
    [0.5, 0.99].map((part) => percentile(times, part).toFixed(0)).join(" / ");
  const through = `${CLIENTS} clients through the emulator`;
  return [
    { what: `${through}: accepted`, measured: rate(all.map(({ acceptedMs }) => acceptedMs)) },
    { what: `${through}: settled`, measured: rate(all.map(({ settledMs }) => settledMs)) },
    {
      what: `${through}: ms to acceptance, p50 / p99`,
      measured: both(measured.map(({ sentMs, acceptedMs }) => acceptedMs! - sentMs)),
    },
    {
      what: `${through}: ms to settlement, p50 / p99`,
      measured: both(measured.map(({ sentMs, settledMs }) => settledMs! - sentMs)),
    },
  ];
}
