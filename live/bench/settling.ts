import type { Client } from "pg";
import { HOME, type Live } from "../harness/live";
import { newOrders } from "../harness/orders";
import {
  HINT_ORDERS_MAX,
  type StoredOrder,
  activated,
  createOrderProcessor,
  firstControl,
  hintBody,
  insertOrders,
  orderKey,
  shardOf,
} from "../shipped";
import { type Figure, median } from "./figures";
import { EPOCH, nowText, sqlOf, timed } from "./sql";

const BATCHES = [10, 100, 500];
const REPETITIONS = 5;
/** Repetitions before, until V8 has optimized the code: a sandbox lives for hours. */
const WARM_UPS = 4;
/** The processor's rate beside that of its statement by hand. */
const RATIO_MIN = 0.8;
const RATIO_GOAL = 0.9;

/** What the processor's AWS clients answer: at once, and without a limit. Holds one batch at a time. */
class Ledger {
  readonly items = new Map<string, object>();

  put(orders: readonly StoredOrder[]): void {
    this.items.clear();
    this.items.set(control.pk, control);
    for (const order of orders) {
      const pk = orderKey(order.order.orderId);
      const shard = `open#${shardOf(order.fingerprint)}`;
      this.items.set(pk, { pk, shard, at: order.acceptedAt, ...order });
    }
  }

  readonly send = (command: { constructor: { name: string }; input: Input }): Promise<object> => {
    const { RequestItems, Statements } = command.input;
    switch (command.constructor.name) {
      case "BatchGetCommand": {
        const [[name, { Keys }]] = Object.entries(RequestItems!) as [[string, { Keys: Key[] }]];
        const found = Keys.map(({ pk }) => this.items.get(pk));
        return Promise.resolve({ Responses: { [name]: found.filter((item) => item) } });
      }
      case "BatchExecuteStatementCommand":
        return Promise.resolve({ Responses: Statements!.map(() => ({})) });
      default:
        return Promise.resolve({});
    }
  };
}

type Key = { pk: string };
interface Input {
  RequestItems?: Record<string, { Keys: Key[] }>;
  Statements?: unknown[];
}

const now = Date.now();
const first = activated(firstControl(HOME, 0, "bench", now), null, now);
const control = { pk: "control", ...first, epoch: EPOCH };

/** Settles batches through the processor, with the database of the client. */
function processorOf(live: Live, client: Client) {
  const ledger = new Ledger();
  const sender = { send: ledger.send };
  const { environment } = live.program.function("orderProcessor", HOME);
  const runtime = {
    env: { ...environment, AWS_REGION: HOME },
    clock: {
      nowMs: () => Date.now(),
      timer: (delayMs: number, fire: () => void) => {
        const timer = setTimeout(fire, delayMs);
        return () => clearTimeout(timer);
      },
    },
    write: () => undefined,
    sql: () => sqlOf(client),
    dynamodb: sender,
    s3: sender,
    sqs: () => sender,
  } as unknown as Parameters<typeof createOrderProcessor>[0];
  const process = createOrderProcessor(runtime);
  return {
    prepare: (orders: readonly StoredOrder[]) => {
      ledger.put(orders);
      const ids = orders.map(({ order }) => order.orderId);
      // Messages of clients' orders name one, those of the sweep name ten.
      const named = ids.length <= HINT_ORDERS_MAX ? 1 : HINT_ORDERS_MAX;
      return Array.from({ length: Math.ceil(ids.length / named) }, (_, n) => ({
        messageId: String(n),
        body: hintBody(ids.slice(n * named, (n + 1) * named)),
      }));
    },
    settle: async (records: object[]) => {
      const { batchItemFailures } = await process({ Records: records } as never);
      if (batchItemFailures.length > 0) throw new Error("bench: a batch was not settled");
    },
  };
}

const WAYS = ["processor", "hand", "plain"] as const;
type Way = (typeof WAYS)[number];

/**
 * Rates of the processor, of its statement by hand, and of a plain insert. The ways take turns batch
 * by batch, and each turn begins with another: a commit costs the one that comes after it.
 */
export async function settling(live: Live, orders: number): Promise<Figure[]> {
  const client = await live.postgres.connect();
  const processor = processorOf(live, client);
  const figures: Figure[] = [];
  for (const size of BATCHES) {
    const prepared: Record<Way, () => () => Promise<unknown>> = {
      processor: () => {
        const records = processor.prepare(newOrders(size));
        return () => processor.settle(records);
      },
      hand: () => {
        const batch = newOrders(size);
        return () => insertOrders(sqlOf(client), EPOCH, batch, nowText());
      },
      plain: () => {
        const batch = newOrders(size);
        return () => insertPlainly(client, batch);
      },
    };
    figures.push(...(await figuresOf(size, Math.max(2, Math.ceil(orders / size)), prepared)));
  }
  await client.end();
  return figures;
}

async function figuresOf(
  size: number,
  batches: number,
  prepared: Readonly<Record<Way, () => () => Promise<unknown>>>,
): Promise<Figure[]> {
  const rates: Record<Way, number[]> = { processor: [], hand: [], plain: [] };
  for (let n = 1 - WARM_UPS; n <= REPETITIONS; n++) {
    const ms: Record<Way, number> = { processor: 0, hand: 0, plain: 0 };
    for (let batch = 0; batch < batches; batch++) {
      for (const turn of WAYS.keys()) {
        const way = WAYS[(batch + turn) % WAYS.length]!;
        ms[way] += await timed(prepared[way]());
      }
    }
    if (n > 0) for (const way of WAYS) rates[way].push((batches * size * 1000) / ms[way]);
  }
  const ratio = median(rates.processor.map((rate, n) => rate / rates.hand[n]!));
  const rate = (of: readonly number[]) => `${Math.round(median(of)).toLocaleString("en-US")}/s`;
  const what = `batches of ${size}`;
  return [
    { what: `order-processor, ${what}`, measured: rate(rates.processor) },
    { what: `its statement by hand, ${what}`, measured: rate(rates.hand) },
    { what: `a plain insert of the rows, ${what}`, measured: rate(rates.plain) },
    {
      what: `order-processor beside by hand, ${what}`,
      measured: `${ratio.toFixed(2)} x`,
      limit: `>= ${RATIO_MIN} x (goal ${RATIO_GOAL} x)`,
      isKept: ratio >= RATIO_MIN,
    },
  ];
}

/** What any program would do: one statement with the rows' values, without a look at the epoch. */
async function insertPlainly(client: Client, orders: readonly StoredOrder[]): Promise<void> {
  const values: unknown[] = [];
  const rows = orders.map(({ order, acceptedAt, acceptedIn, fingerprint }) => {
    const at = values.length;
    const { orderId, accountId, sessionId, symbol, side, quantity } = order;
    values.push(orderId, accountId, sessionId, symbol, side, quantity);
    values.push(acceptedAt, acceptedIn, fingerprint, nowText(), EPOCH);
    return `(${Array.from({ length: values.length - at }, (_, i) => `$${at + i + 1}`).join()})`;
  });
  await client.query(
    `insert into orders (id, account_id, session_id, symbol, side, quantity, accepted_at, accepted_in,
       fingerprint, settled_at, epoch) values ${rows.join()}`,
    values,
  );
}
