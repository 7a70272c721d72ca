import { HOME, STANDBY } from "../harness/live";
import { judge } from "../load/verdict";
import { type Choices, kinds } from "./choices";
import { Traffic } from "./traffic";
import type { World } from "./world";

export interface RoundResult {
  choices: Choices;
  acknowledged: number;
  /** Acknowledged, and not in the database that was promoted: must be empty. */
  missing: string[];
  /** Rows that no client sent, that differ from what it sent, or that are there twice: must be empty. */
  wrong: string[];
  /** Without an acknowledgement at the fault. */
  inFlight: number;
  /** Settled at home and not replicated when the other database was promoted. */
  lostRows: number;
  seconds: number;
}

const FLOW_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const AFTERWARDS_MS = 1_000;
const FAILOVER_TIMEOUT_MS = 60_000;
const SETTLING_TIMEOUT_MS = 40_000;
const SWEEP_EVERY_MS = 2_000;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Home fails under load while replication is held back; the standby takes over; the rows are compared. */
export async function playRound(
  world: World,
  round: number,
  choices: Choices,
  settlingTimeoutMs = SETTLING_TIMEOUT_MS,
): Promise<RoundResult> {
  const startedMs = Date.now();
  const epoch = round * 2 + 1;
  await world.reset(epoch);
  const traffic = new Traffic(world, round);
  try {
    await flowing(world);
    world.pair.cut(true);
    await wait(choices.heldBackMs);
    await fail(world, traffic, choices);
    const inFlight = traffic.unacknowledged;
    await failOver(world, choices);
    const lostRows = await countLost(world, epoch);
    await wait(AFTERWARDS_MS);
    traffic.stopPlacing();
    const verdict = await settled(world, traffic, epoch + 1, settlingTimeoutMs);
    return {
      choices,
      acknowledged: verdict.acknowledged,
      missing: verdict.missing,
      wrong: [...verdict.altered, ...(await strangeRows(world, traffic, round))],
      inFlight,
      lostRows,
      seconds: (Date.now() - startedMs) / 1000,
    };
  } finally {
    await traffic.stop();
  }
}

/** Waits until orders are accepted, settled, replicated and closed. */
async function flowing({ books }: World): Promise<void> {
  const deadlineMs = Date.now() + FLOW_TIMEOUT_MS;
  while (!books.items.some(({ shard }) => shard?.startsWith("closed#"))) {
    if (Date.now() > deadlineMs) throw new Error("live: no order is closed under load");
    await wait(POLL_MS);
  }
}

async function fail(world: World, traffic: Traffic, { kind, batchMs }: Choices): Promise<void> {
  switch (kind) {
    case "writer":
    case "orchestrator":
      return world.pair.of(HOME).server.kill();
    case "region":
      return world.cutOff(HOME);
    case "processor": {
      await new Promise<void>((resolve) => {
        traffic.onBatch = (region) => {
          if (region === HOME) resolve();
        };
      });
      await wait(batchMs);
      return world.kill("orderProcessor", HOME);
    }
  }
}

/** An operator repeats the command until it is done, also after the invocation has ended. */
async function failOver(world: World, { kind, step }: Choices): Promise<void> {
  if (kind === "orchestrator") {
    world.plane.onStep = (name) => {
      if (name !== step) return;
      world.plane.onStep = () => {};
      void world.kill("failoverOrchestrator", STANDBY);
    };
  }
  const deadlineMs = Date.now() + FAILOVER_TIMEOUT_MS;
  for (;;) {
    const command = { action: "failover", to: STANDBY };
    const outcome = await world.invoke("failoverOrchestrator", STANDBY, command);
    if (outcome.kind === "answered" && (outcome.result as { done: boolean }).done) return;
    if (Date.now() > deadlineMs) {
      throw new Error(`live: no failover: ${JSON.stringify(outcome)}`);
    }
  }
}

/** Orders that home has marked as settled and that the promoted database does not have yet. */
async function countLost({ books, pair }: World, epoch: number): Promise<number> {
  const ids = books.items.filter((item) => item.settledEpoch === epoch).map(idOf);
  const rows = await pair
    .of(STANDBY)
    .server.query("select from orders where id = any($1) and epoch = $2", [ids, epoch]);
  return ids.length - rows.length;
}

const idOf = ({ order }: { order: { orderId: string } }): string => order.orderId;

/** Sweeps again and again, without the minute that an order waits for otherwise. */
async function settled(world: World, { placed }: Traffic, epoch: number, timeoutMs: number) {
  const { server } = world.pair.of(STANDBY);
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const verdict = await judge(server, placed);
    if (verdict.missing.length === 0 || Date.now() > deadlineMs) return verdict;
    await world.invoke("settlementSweep", STANDBY, { activated: epoch });
    await wait(SWEEP_EVERY_MS);
  }
}

/** Rows of a round that no client has sent, and all but the first of those with one session. */
async function strangeRows({ pair }: World, { placed }: Traffic, round: number): Promise<string[]> {
  const rows = await pair
    .of(STANDBY)
    .server.query<{ id: string; session_id: string }>(
      "select id, session_id from orders where account_id = $1",
      [`kill-${round}`],
    );
  const expected = new Set(placed.map(idOf));
  return rows.filter(({ session_id }) => !expected.delete(session_id)).map(({ id }) => id);
}

export function isKept({ missing, wrong }: RoundResult): boolean {
  return missing.length === 0 && wrong.length === 0;
}

export function roundText(round: number, result: RoundResult): string {
  const { choices, acknowledged, missing, wrong, inFlight, lostRows, seconds } = result;
  const { kind, heldBackMs, batchMs, step } = choices;
  const moment = { processor: `, ${batchMs} ms into a batch`, orchestrator: `, after ${step}` };
  const more = kind in moment ? moment[kind as keyof typeof moment] : "";
  return [
    `round ${round + 1}: ${kinds[kind]}${more}; replication held back for ${(heldBackMs / 1000).toFixed(1)} s`,
    `  ${acknowledged} acknowledged: ${missing.length} missing, ${wrong.length} wrong or doubled; ` +
      `${inFlight} in flight at the fault, ${lostRows} rows settled again; ${seconds.toFixed(1)} s`,
  ].join("\n");
}
