import { HOME, type Live, STANDBY } from "../harness/live";
import { type Books, newOrders } from "../harness/orders";
import { World } from "../kill/world";
import { OWN_ISSUER, hintBody, readOwnKeys, signToken } from "../shipped";
import { answerOf } from "../throughput/measure";
import { type Figure, median, percentile } from "./figures";

const WARM_UP = 30;
const ACCOUNT = "account";
const TOKEN_SECONDS = 3_600;
const PROMOTION_GOAL_SECONDS = 1.5;
const PIECE = 1_000;

/** CPU time and time of one request in a warm sandbox. */
export async function requests(live: Live, books: Books, count: number): Promise<Figure[]> {
  books.activate(HOME, 1);
  const token = await tokenOf(live);
  const events: Record<string, () => object> = {
    orderApi: () => ({
      httpMethod: "POST",
      body: JSON.stringify(newOrders(1)[0]!.order),
      requestContext: { authorizer: { accountId: ACCOUNT } },
    }),
    authorizer: () => ({
      authorizationToken: `Bearer ${token}`,
      methodArn: `arn:aws:execute-api:${HOME}:123456789012:api/v1/POST/orders`,
    }),
    health: () => ({ path: "/v1/health", queryStringParameters: null }),
  };
  const figures: Figure[] = [];
  for (const [stem, event] of Object.entries(events)) {
    const sandbox = await live.sandbox(stem, HOME, { cpuShare: 1 });
    const [cpuMs, ms]: [number[], number[]] = [[], []];
    for (let n = 0; n < WARM_UP + count; n++) {
      const answer = await answerOf(sandbox, event());
      if (n < WARM_UP) continue;
      cpuMs.push(answer.cpuMs);
      ms.push(answer.ms);
    }
    await sandbox.stop();
    const both = (of: number[]) =>
      [0.5, 0.99].map((part) => percentile(of, part).toFixed(1)).join(" / ");
    figures.push({ what: `${stem}: CPU ms of a request, p50 / p99`, measured: both(cpuMs) });
    figures.push({ what: `${stem}: ms of a request, p50 / p99`, measured: both(ms) });
  }
  return figures;
}

/** A token that the authorizer accepts. */
async function tokenOf(live: Live): Promise<string> {
  const arn = live.program.function("authorizer", HOME).environment["TOKEN_SECRET_ARN"]!;
  const [key] = readOwnKeys(live.secrets.get(arn));
  return signToken(key!, OWN_ISSUER, ACCOUNT, TOKEN_SECONDS, Date.now());
}

/** The sweep of the region that is not active closes so many orders; then all of them are closed. */
export async function sweep(live: Live, books: Books, orders: number): Promise<Figure[]> {
  books.clear();
  books.activate(HOME, 1);
  const inserter = await books.inserter(1);
  for (let n = 0; n < orders; n += PIECE) {
    const piece = newOrders(Math.min(PIECE, orders - n), 120);
    books.accept(piece, { settledEpoch: 1 });
    await inserter.rows(piece);
  }
  await inserter.end();
  live.settings.writeUnitsPerKey = Infinity;
  const sandbox = await live.sandbox("settlementSweep", STANDBY, { cpuShare: 1 });
  let [closed, ms, cpuMs, invocations] = [0, 0, 0, 0];
  while (closed < orders) {
    const answer = await answerOf(sandbox, { trigger: "schedule" });
    const swept = answer.result as { closed: number };
    if (swept.closed === 0) throw new Error(`bench: the sweep closed ${closed} of ${orders}`);
    closed += swept.closed;
    ms += answer.ms;
    cpuMs += answer.cpuMs;
    invocations++;
  }
  await sandbox.stop();
  const count = orders.toLocaleString("en-US");
  return [
    {
      what: `closing ${count} open orders`,
      measured: `${(ms / 1000).toFixed(1)} s in ${invocations} sweeps, ${(cpuMs / orders).toFixed(2)} ms of CPU each`,
    },
  ];
}

/** From `kill -9` of the writing PostgreSQL to the first order that the promoted one has. */
export async function promotion(times: number): Promise<Figure> {
  const world = await World.start();
  const seconds: number[] = [];
  try {
    for (let n = 0; n < times; n++) {
      const epoch = 2 * n + 1;
      await world.reset(epoch);
      await world.ask("dbMigration", STANDBY, { report: true });
      const [order] = newOrders(1) as [ReturnType<typeof newOrders>[number]];
      world.books.accept([order]);
      const startedMs = performance.now();
      await world.pair.of(HOME).server.kill();
      await world.pair.promote(STANDBY);
      await world.ask("dbMigration", STANDBY, { activate: epoch + 1 });
      world.books.activate(STANDBY, epoch + 1);
      const Records = [{ messageId: "1", body: hintBody([order.order.orderId]) }];
      await world.ask("orderProcessor", STANDBY, { Records });
      seconds.push((performance.now() - startedMs) / 1000);
      if (world.books.item(order)?.settledEpoch !== epoch + 1)
        throw new Error("bench: not settled");
    }
  } finally {
    await world.stop();
  }
  const found = median(seconds);
  return {
    what: "kill -9 of PostgreSQL, promotion, first order settled",
    measured: `${found.toFixed(2)} s`,
    limit: `<= ${PROMOTION_GOAL_SECONDS} s`,
    isKept: found <= PROMOTION_GOAL_SECONDS,
    isGoal: true,
  };
}
