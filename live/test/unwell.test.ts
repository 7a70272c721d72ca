import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { TlsFiles } from "../../support/postgres/postgres";
import { Pair } from "../database/pair";
import { makeCertificate } from "../harness/certificate";
import { DATABASE, HOME, Live, STANDBY } from "../harness/live";
import { Books, newOrders } from "../harness/orders";
import { Proxy } from "../harness/proxy";
import type { Sandbox } from "../harness/sandbox";
import { ownedDirectory, removed } from "../processes";
import { APPLICATION_USER, hintBody } from "../shipped";

/** A batch is returned within this time: connecting and a statement have 2 s and 4 s. */
const RETURNED_MS = 8_000;
/** A client has its answer within this time: writing to the ledger has 2 s. */
const ANSWERED_MS = 5_000;

let live: Live;
let pair: Pair;
let books: Books;
let directory: string;
let aws: Proxy;
let database: Proxy;
let orderApi: Sandbox;
let orderProcessor: Sandbox;

beforeAll(async () => {
  directory = ownedDirectory();
  live = await Live.start(async (tls) => {
    const master = { username: "trading_master", password: "first" };
    const regions = [HOME, STANDBY] as const;
    pair = await Pair.start(
      { directory, tls, regions, database: DATABASE, master },
      APPLICATION_USER,
    );
    const { server } = pair.of(HOME);
    return { port: server.port, connect: () => server.connect(), stop: () => pair.stop() };
  });
  books = new Books(live);
  await live.activateDatabase(1);
  books.activate(HOME, 1);
  aws = new Proxy(live.awsPort);
  database = new Proxy(live.postgres.port);
  const ports = { awsPort: await aws.listen(), databasePort: await database.listen(), cpuShare: 1 };
  orderApi = await live.sandbox("orderApi", HOME, ports);
  orderProcessor = await live.sandbox("orderProcessor", HOME, ports);
}, 120_000);

afterAll(async () => {
  aws.stop();
  database.stop();
  await live.stop();
  removed(directory);
});

interface Answered {
  /** `settled`, `returned` to the queue, or the status of an HTTP answer. */
  what: string | number;
  ms: number;
}

/** A batch of one order. */
async function settle(sandbox = orderProcessor): Promise<Answered> {
  const [order] = newOrders(1) as [ReturnType<typeof newOrders>[number]];
  books.accept([order]);
  const Records = [{ messageId: "1", body: hintBody([order.order.orderId]) }];
  const outcome = await sandbox.invoke({ Records });
  if (outcome.kind !== "answered") throw new Error(JSON.stringify(outcome));
  const { batchItemFailures } = outcome.result as { batchItemFailures: unknown[] };
  const isSettled = books.item(order)?.settledEpoch === 1;
  if (batchItemFailures.length === 0 && !isSettled) throw new Error("neither settled nor returned");
  return { what: isSettled ? "settled" : "returned", ms: outcome.ms };
}

/** An order of a client. */
async function place(): Promise<Answered> {
  const [{ order }] = newOrders(1) as [ReturnType<typeof newOrders>[number]];
  const outcome = await orderApi.invoke({
    httpMethod: "POST",
    body: JSON.stringify(order),
    requestContext: { authorizer: { accountId: order.accountId } },
  });
  if (outcome.kind !== "answered") throw new Error(JSON.stringify(outcome));
  return { what: (outcome.result as { statusCode: number }).statusCode, ms: outcome.ms };
}

/** Faults that begin and end. */
const silent = (proxy: () => Proxy) => ({
  begin: () => {
    proxy().reset();
    proxy().isBlackHole = true;
  },
  end: () => {
    proxy().isBlackHole = false;
    proxy().reset();
  },
});
const cutShort = (proxy: () => Proxy) => ({
  begin: () => {
    proxy().reset();
    proxy().answerBytesMax = 10;
  },
  end: () => (proxy().answerBytesMax = Infinity),
});
const withSql = (begin: string, end: string) => {
  const run = async (text: string) => {
    const client = await live.postgres.connect();
    await client.query(text);
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${APPLICATION_USER}'`,
    );
    await client.end();
  };
  return { begin: () => run(begin), end: () => run(end) };
};

interface Fault {
  begin: () => unknown;
  end: () => unknown;
}

describe("order-processor returns its batch in time, and settles the next one, if the database", () => {
  it.each<[string, Fault]>([
    ["accepts connections and never answers", silent(() => database)],
    ["ends its answers in the middle", cutShort(() => database)],
    [
      "refuses to sign it in, as with an expired token",
      withSql(`alter role ${APPLICATION_USER} nologin`, `alter role ${APPLICATION_USER} login`),
    ],
  ])("%s", async (_, fault) => {
    expect((await settle()).what).toBe("settled");
    await fault.begin();
    const { what, ms } = await settle();
    await fault.end();
    expect(what).toBe("returned");
    expect(ms).toBeLessThan(RETURNED_MS);
    expect((await settle()).what).toBe("settled");
  });
});

describe("order-api answers 503 in time, and accepts the next order, if DynamoDB", () => {
  it.each<[string, Fault]>([
    ["accepts connections and never answers", silent(() => aws)],
    ["ends its answers in the middle", cutShort(() => aws)],
    [
      "reports an error, then is silent",
      {
        begin: () => {
          aws.reset();
          live.aws.intercept = ({ operation }) => {
            if (!operation.startsWith("DynamoDB")) return Promise.resolve(undefined);
            setImmediate(() => (aws.isBlackHole = true));
            return Promise.resolve({ status: 500, text: '{"__type":"InternalServerError"}' });
          };
        },
        end: () => {
          live.aws.intercept = () => Promise.resolve(undefined);
          aws.isBlackHole = false;
          aws.reset();
        },
      },
    ],
  ])("%s", async (_, fault) => {
    expect((await place()).what).toBe(202);
    fault.begin();
    const { what, ms } = await place();
    fault.end();
    expect(what).toBe(503);
    expect(ms).toBeLessThan(ANSWERED_MS);
    expect((await place()).what).toBe(202);
  });
});

/** Gives a region's PostgreSQL another certificate. */
async function present({ certificate, key }: TlsFiles, region: string): Promise<void> {
  const { server } = pair.of(region);
  for (const [from, name] of [
    [certificate, "server.crt"],
    [key, "server.key"],
  ] as const) {
    // Written in place, so that the file stays its user's own.
    writeFileSync(path.join(server.data, name), readFileSync(from));
  }
  await server.query("select pg_reload_conf()");
}

test("a database with a certificate of an unknown authority gets no statement", async () => {
  const other = mkdtempSync(path.join(tmpdir(), "other-"));
  const databasePort = pair.of(STANDBY).server.port;
  const sandbox = await live.sandbox("orderProcessor", HOME, { cpuShare: 1, databasePort });
  try {
    await present(makeCertificate(other), STANDBY);
    expect((await settle(sandbox)).what).toBe("returned");
    expect(sandbox.lines.join("\n")).toMatch(/self.signed certificate/);
    await present(live.tls, STANDBY);
    await settle(sandbox);
    expect(sandbox.lines.join("\n")).toContain("25006");
  } finally {
    rmSync(other, { recursive: true });
  }
});

test("a name that does not resolve returns the batch in time", async () => {
  const environment = { DATABASE_ENDPOINT: "database.invalid" };
  const sandbox = await live.sandbox("orderProcessor", HOME, { cpuShare: 1, environment });
  const { what, ms } = await settle(sandbox);
  expect(what).toBe("returned");
  expect(ms).toBeLessThan(RETURNED_MS);
  expect(sandbox.lines.join("\n")).toMatch(/ENOTFOUND|EAI_AGAIN/);
});

test("a name that resolves late returns the batch in time, and later ones are settled", async () => {
  const environment = {
    NODE_OPTIONS: `--require ${path.join(__dirname, "lateNames.cjs")}`,
    LATE_MS: "6000",
    LATE_UNTIL_MS: String(Date.now() + 20_000),
  };
  const sandbox = await live.sandbox("orderProcessor", HOME, { cpuShare: 1, environment });
  const { what, ms } = await settle(sandbox);
  expect(what).toBe("returned");
  expect(ms).toBeLessThan(RETURNED_MS);
  await new Promise((resolve) =>
    setTimeout(resolve, Math.max(0, Number(environment.LATE_UNTIL_MS) - Date.now())),
  );
  expect((await settle(sandbox)).what).toBe("settled");
}, 120_000);

test("db-migration signs in with a changed password of its user as soon as the secret has it", async () => {
  const secret = live.program.function("dbMigration", HOME).environment["DATABASE_SECRET_ARN"]!;
  const write = (password: string) =>
    live.secrets.set(secret, JSON.stringify({ username: "trading_master", password }));
  const sandbox = await live.sandbox("dbMigration", HOME, { cpuShare: 1 });
  const report = { kind: "answered", result: { status: "reported", epoch: 1 } };
  write("first");
  expect(await sandbox.invoke({ report: true })).toMatchObject(report);
  const client = await live.postgres.connect();
  await client.query("alter role trading_master password 'second'");
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'trading_master'",
  );
  await client.end();
  expect(await sandbox.invoke({ report: true })).toMatchObject({ kind: "failed" });
  write("second");
  expect(await sandbox.invoke({ report: true })).toMatchObject(report);
});

test("a batch that meets a standby is returned, and settled after its promotion", async () => {
  const databasePort = pair.of(STANDBY).server.port;
  const sandbox = await live.sandbox("orderProcessor", HOME, { cpuShare: 1, databasePort });
  expect((await settle(sandbox)).what).toBe("returned");
  expect(sandbox.lines.join("\n")).toContain("25006");
  await pair.promote(STANDBY);
  expect((await settle(sandbox)).what).toBe("settled");
});
