import type { Client } from "pg";
import type { PostgresServer } from "../../support/postgres/postgres";
import { HOME, type Live } from "../harness/live";
import { newOrders } from "../harness/orders";
import {
  CANARY_ACCOUNT,
  MIGRATIONS_TABLE,
  PRUNE_CANARIES,
  PRUNE_ROWS,
  STATEMENT_TIMEOUT_MS,
  applyMigration,
  insertOrders,
  migrations,
} from "../shipped";
import { type Figure, median } from "./figures";
import { EPOCH, nowText, sqlOf, timed } from "./sql";

const REPETITIONS = 5;
/** A batch of the large table may take this much longer than one of the small. */
const GROWTH_MAX = 1.5;
const BATCH = 100;
const BATCHES = 20;
/** Every so many orders of a table is a canary's. */
const CANARY_EVERY = 10;
const PRUNINGS = 20;

/**
 * How much longer a batch takes in a large table than in a small one, and how long one statement of
 * the daily prune takes in the large table.
 */
export async function growth(live: Live, sizes: readonly [number, number]): Promise<Figure[]> {
  const [small, large] = sizes;
  const databases = [await filled(live.postgres, small), await filled(live.postgres, large)];
  const ratio = await batchRatio(databases);
  const prunedMs = await pruning(databases[1]!);
  for (const client of databases) await client.end();
  const text = (orders: number) => orders.toLocaleString("en-US");
  return [
    {
      what: `a batch with ${text(large)} orders beside ${text(small)}`,
      measured: `${ratio.toFixed(2)} x`,
      limit: `<= ${GROWTH_MAX} x`,
      isKept: ratio <= GROWTH_MAX,
    },
    {
      what: `pruning canaries with ${text(large)} orders, the slowest statement`,
      measured: `${prunedMs.toFixed(0)} ms`,
      limit: `<= ${STATEMENT_TIMEOUT_MS} ms`,
      isKept: prunedMs <= STATEMENT_TIMEOUT_MS,
    },
  ];
}

async function batchRatio(databases: readonly Client[]): Promise<number> {
  const ratios: number[] = [];
  for (let n = 0; n <= REPETITIONS; n++) {
    const ms = [0, 0];
    for (let batch = 0; batch < BATCHES; batch++) {
      for (const [i, client] of databases.entries()) {
        const orders = newOrders(BATCH);
        ms[i]! += await timed(() => insertOrders(sqlOf(client), EPOCH, orders, nowText()));
      }
    }
    // The first repetition warms up.
    if (n > 0) ratios.push(ms[1]! / ms[0]!);
  }
  return median(ratios);
}

/** The longest time of a statement of the daily prune. @throws Error if there is nothing to prune. */
async function pruning(client: Client): Promise<number> {
  let [slowestMs, pruned] = [0, 0];
  for (let n = 0; n < PRUNINGS; n++) {
    const ms = await timed(async () => {
      const { rowCount } = await client.query(PRUNE_CANARIES, [nowText(), PRUNE_ROWS]);
      pruned += rowCount ?? 0;
    });
    slowestMs = Math.max(slowestMs, ms);
  }
  if (pruned === 0) throw new Error("bench: there were no canaries' rows to prune");
  return slowestMs;
}

/** A database of its own with the schema and so many orders, the last settled a second ago. */
async function filled(postgres: PostgresServer, orders: number): Promise<Client> {
  const admin = await postgres.connect();
  const name = `orders_${orders}`;
  await admin.query(`create database ${name}`);
  await admin.end();
  const client = await postgres.connect("postgres", name);
  for (const text of [MIGRATIONS_TABLE, ...migrations.flatMap(applyMigration)]) {
    await client.query(text);
  }
  await client.query(`update writer_epoch set epoch = ${EPOCH}`);
  await client.query(
    `insert into orders (id, account_id, session_id, symbol, side, quantity, accepted_at, accepted_in,
       fingerprint, settled_at, epoch)
     select gen_random_uuid(), case n % ${CANARY_EVERY} when 0 then '${CANARY_ACCOUNT}' else 'account' end,
       'session', 'ACME', 'BUY', 1, now(), '${HOME}', repeat('f', 64),
       now() - n * interval '1 second', ${EPOCH}
     from generate_series(1, ${orders}) n`,
  );
  await client.query("vacuum analyze orders");
  return client;
}
