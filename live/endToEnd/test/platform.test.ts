import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { PublishCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type Browser, type Page as Tab, chromium } from "playwright-core";
import { alarmMessage } from "../../../support/aws/alarmEvents";
import { zipOf } from "../../emulator/zip";
import { Page } from "../../page/server";
import type { LogLine } from "../../region/logs";
import { type Session, startLive } from "../../session";
import { OWN_ISSUER, readOwnKeys, signToken } from "../../shipped";
import { settled } from "../../story";
import { tokenKeysOf } from "../../declared";
import { chromiumPath } from "../chromium";
import { Dr } from "../dr";
import { createCopies, handlersCalls, send } from "../dynamodbCalls";
import { Client, newOrder } from "../orders";
import { drSuite, runbookSuite } from "./drSuite";
import { restoreSuite } from "./restoreSuite";

const SPEED = 10;
const PER_SECOND = 3;
let session: Session;
let client: Client;
let dr: Dr;
let home: string;
let standby: string;
const lines: LogLine[] = [];

beforeAll(async () => {
  session = await startLive({ speed: SPEED });
  client = new Client(session);
  dr = new Dr(session.platform);
  ({ home, standby } = session.platform);
  session.platform.logs.onLine((line) => lines.push(line));
}, 240_000);

afterAll(async () => {
  dr?.stop();
  await session?.stop();
});

const rowsOf = (region: string, orderId: string) =>
  session.platform.pair
    .of(region)
    .server.query<{ epoch: number }>("select epoch from orders where id = $1", [orderId]);

describe("the API", () => {
  test("takes an order, which is settled, and whose row reaches the standby", async () => {
    const order = newOrder();
    const { status, body } = await client.place(home, order);
    expect([status, body["status"]]).toEqual([202, "ACCEPTED"]);
    await client.settled(home, order.orderId);
    expect(await rowsOf(home, order.orderId)).toEqual([{ epoch: 1 }]);
    await session.until(
      async () => (await rowsOf(standby, order.orderId)).length === 1,
      10_000,
      "the row reaches the standby",
    );
    expect((await client.get(standby, order.orderId)).body["status"]).toBe("SETTLED");
  });

  test("takes an order in the standby as well, and home settles it", async () => {
    const order = newOrder();
    expect((await client.place(standby, order)).status).toBe(202);
    await client.settled(standby, order.orderId);
    expect(await rowsOf(home, order.orderId)).toHaveLength(1);
  });

  test("answers the same order the same, and another one with its id with 409", async () => {
    const order = newOrder();
    const first = await client.place(home, order);
    const again = await client.place(standby, order);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect((await client.place(home, { ...order, quantity: "11" })).status).toBe(409);
    await client.settled(home, order.orderId);
    expect(await rowsOf(home, order.orderId)).toHaveLength(1);
  });

  test("refuses what is no order, another account, and a missing or forged token", async () => {
    const order = newOrder();
    const wrong = await client.place(home, { ...order, quantity: "-1" });
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([
      400,
      expect.stringContaining("quantity"),
    ]);
    expect((await client.place(home, { ...order, accountId: "live-1" })).status).toBe(403);
    expect((await client.get(home, order.orderId)).status).toBe(404);
    const [key] = readOwnKeys(tokenKeysOf(session.platform.declarations));
    const forged = { ...key!, key: Buffer.alloc(32, 1) };
    const token = await signToken(forged, OWN_ISSUER, "live-0", 600, Date.now());
    const unknown = await client.place(home, order, token);
    expect(unknown.status).toBe(401);
    expect((await client.place(home, order, "")).headers.get("www-authenticate")).toBe("Bearer");
  });
});

test("a message that is no hint reaches the dead letters, and holds up no order", async () => {
  const { sqs } = session.platform.clients(home);
  const urlOf = (name: string) => `${session.platform.emulator.url}/123456789012/${name}`;
  const MessageBody = "poison";
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf("dev-orders-use1"), MessageBody }));
  const order = newOrder();
  expect((await client.place(home, order)).status).toBe(202);
  await client.settled(home, order.orderId);
  const QueueUrl = urlOf("dev-order-dead-letters-use1");
  const buried = async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    return Messages.some(({ Body = "" }) => Body.includes(MessageBody));
  };
  await session.until(buried, 30_000, "the message is a dead letter");
});

describe("migrations", () => {
  const migrate = { migrate: true };

  test("change nothing when they are repeated, also at the same time", async () => {
    const both = [1, 2].map(() => session.platform.invoke("dbMigration", home, migrate));
    for (const answer of await Promise.all(both)) {
      expect(answer).toEqual({ status: "migrated", applied: [] });
    }
  });

  test("are applied once to a new database, by two invocations at the same time", async () => {
    const { platform } = session;
    const { server } = platform.pair.of(home);
    await server.query("create database fresh owner trading_master");
    const { lambda } = platform.clients(home);
    const declared = platform.declarations.one(
      "lambda/function:Function",
      ({ inputs, region }) => region === home && inputs["handler"] === "dbMigration.handler",
    );
    const [[file, code] = ["", ""]] = Object.entries(declared.code);
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: "fresh",
        Runtime: "nodejs22.x",
        Role: "arn:aws:iam::123456789012:role/fresh",
        Handler: "dbMigration.handler",
        Code: { ZipFile: zipOf(file, code) },
        Timeout: 60,
        Environment: {
          Variables: { ...platform.environmentOf(declared), DATABASE_NAME: "fresh" },
        },
      }),
    );
    const invoke = async () => {
      const Payload = Buffer.from(JSON.stringify(migrate));
      const answer = await lambda.send(new InvokeCommand({ FunctionName: "fresh", Payload }));
      return Buffer.from(answer.Payload ?? []).toString();
    };
    await Promise.all([invoke(), invoke()]);
    expect(JSON.parse(await invoke())).toEqual({ status: "migrated", applied: [] });
    const fresh = await server.connect("fresh");
    const { rows } = await fresh.query<{ version: number }>(
      "select version from schema_migrations order by version",
    );
    await fresh.end();
    expect(rows.map(({ version }) => version)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.length).toBeGreaterThan(1);
  });

  test("leave a standby alone", async () => {
    const answer = await session.platform.invoke("dbMigration", standby, migrate);
    expect(answer).toEqual({ status: "not the writer" });
  });
});

test("an alarm of home reaches the orchestrator in the standby by SNS", async () => {
  const { program } = session.platform;
  const topic = program.topics.find(
    ({ region, subscriptions }) =>
      region === home && subscriptions.some(({ endpoint }) => endpoint.includes(`:${standby}:`)),
  )!;
  const alarm = { name: "test", arn: `arn:aws:cloudwatch:${home}:123456789012:alarm:test` };
  const from = lines.length;
  const Message = alarmMessage(alarm, "ALARM", Date.now());
  const { sns } = session.platform.clients(home);
  await sns.send(new PublishCommand({ TopicArn: topic.arn, Message }));
  const isOrchestrator = ({ source, region, message, functionName }: LogLine) =>
    [source, region, functionName].join() ===
      ["invocation", standby, "dev-failover-orchestrator-use2"].join() &&
    message.includes(topic.arn);
  const invoked = () => lines.slice(from).some(isOrchestrator);
  await session.until(invoked, 60_000, "the orchestrator is invoked by an alarm");
});

describe("DynamoDB expressions of the handlers", () => {
  let calls: Awaited<ReturnType<typeof handlersCalls>>;
  beforeAll(async () => {
    calls = await handlersCalls();
    await createCopies(session.platform.declarations, (each) => session.platform.clients(each));
  }, 120_000);

  test("are accepted by an engine that is not ours", async () => {
    const problems: string[] = [];
    for (const call of calls) {
      const wrong = await send(session.platform.clients(home), call);
      problems.push(
        ...wrong.map((each) => `${call.command} ${JSON.stringify(call.input)}: ${each}`),
      );
    }
    expect(problems).toEqual([]);
  });

  test("are all among those", () => {
    const lambda = path.join(__dirname, "../../../lambda");
    const files = readdirSync(lambda, { recursive: true, encoding: "utf8" });
    const known = JSON.stringify(calls).replaceAll('\\"', '"');
    const literal = /(?:Update|Condition|KeyCondition)Expression:\s*"([^"]+)"/g;
    const unknown = files
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(path.join(lambda, file), "utf8").matchAll(literal)])
      .map(([, text = ""]) => text)
      .filter((text) => !known.includes(text));
    expect(unknown).toEqual([]);
  });
});

/** Counted as skipped where no browser is installed. */
const testPage = chromiumPath === undefined ? test.skip : test;

describe("the loss of home", () => {
  let browser: Browser | undefined;
  let tab: Tab | undefined;
  let page: Page;
  const errors: string[] = [];
  const before = newOrder();

  beforeAll(async () => {
    page = new Page(session);
    const url = await page.listen();
    if (chromiumPath !== undefined) {
      browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
      tab = await browser.newPage();
      tab.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      tab.on("pageerror", (error) => errors.push(error.message));
      await tab.goto(url);
    }
    session.load.start(PER_SECOND);
    await session.armed();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    page.stop();
  });

  /** Clicks a button of the page; without a browser, does the same without the page. */
  async function press(button: string, otherwise: () => Promise<void>): Promise<void> {
    if (tab === undefined) return otherwise();
    await tab.getByRole("button", { name: button }).click();
  }

  test("an order is settled before it", async () => {
    expect((await client.place(home, before)).status).toBe(202);
    await client.settled(home, before.orderId);
  });

  testPage(
    "an order of the page's form is settled before it, and a wrong one is refused",
    async () => {
      await tab!.getByLabel("Quantity").fill("-1");
      await tab!.getByRole("button", { name: "Place" }).click();
      await tab!.getByText("refused with 400, quantity: ").waitFor();
      await tab!.getByLabel("Quantity").fill("10");
      await tab!.getByRole("button", { name: "Place" }).click();
      await tab!.locator("#orders li[data-settled=true]").waitFor({ timeout: 60_000 });
      const enabled = await tab!.locator("button[data-action]:enabled").allInnerTexts();
      expect(enabled).toEqual(["Take us-east-1 away", "kill -9 its PostgreSQL"]);
    },
  );

  test("makes the standby active, with a database that writes", async () => {
    await press("Take us-east-1 away", () => session.fail("region"));
    await session.until(() => session.control?.active === standby, 150_000, "failover");
    expect(session.control).toMatchObject({ epoch: 2, how: "failover" });
    const [row] = await session.platform.pair
      .of(standby)
      .server.query<{ standby: boolean }>("select pg_is_in_recovery() as standby");
    expect(row).toEqual({ standby: false });
  }, 200_000);

  testPage("is shown by the page, with the standby as the active region", async () => {
    await tab!.locator(".region.active", { hasText: standby }).waitFor({ timeout: 30_000 });
  });

  test("is told by `dr status` from the standby alone", async () => {
    // After the failback, a busy machine would fail over by itself.
    const [{ exitCode, out }, disarmed] = await Promise.all([dr.run("status"), dr.run("disarm")]);
    expect(out).toMatch(/^state +us-east-2 is active \(epoch 2\)$/m);
    expect(out).toMatch(/^last takeovers +\S+ failover to us-east-2, RTO \d/m);
    // Route 53 is asked in us-east-1, and the metric of the replication is home's.
    expect(out).toMatch(/^DNS +\? no answer/m);
    expect(out).toMatch(/^replication lag +\? no answer/m);
    expect([exitCode, disarmed.exitCode]).toEqual([0, 0]);
  });

  test("leaves tokens valid, orders readable and new ones settled", async () => {
    const { status, body } = await client.get(standby, before.orderId);
    expect([status, body["orderId"]]).toEqual([200, before.orderId]);
    const after = newOrder();
    expect((await client.place(standby, after)).status).toBe(202);
    await client.settled(standby, after.orderId);
    expect(await rowsOf(standby, after.orderId)).toEqual([{ epoch: 2 }]);
    expect(await rowsOf(standby, before.orderId)).toHaveLength(1);
    const [, second] = readOwnKeys(tokenKeysOf(session.platform.declarations));
    const token = await signToken(second!, OWN_ISSUER, "live-0", 600, Date.now());
    expect((await client.get(standby, after.orderId, token)).status).toBe(200);
  });

  test("is followed by a failback that makes home the writer again", async () => {
    await press("Bring us-east-1 back", () => session.restore());
    await session.until(() => session.platform.cut.size === 0, 60_000, "home is back");
    await press("Fail back", () => session.failBack());
    await session.until(() => session.control?.active === home, 120_000, "failback");
    expect(session.control).toMatchObject({ epoch: 3, how: "switchover" });
    expect(session.platform.pair.writer).toBe(home);
    const order = newOrder();
    expect((await client.place(home, order)).status).toBe(202);
    await client.settled(home, order.orderId);
    expect(await rowsOf(home, order.orderId)).toEqual([{ epoch: 3 }]);
  }, 250_000);

  test("has lost no acknowledged order", async () => {
    const { missing, altered, acknowledged } = await settled(session);
    expect({ missing, altered }).toEqual({ missing: [], altered: [] });
    expect(acknowledged).toBeGreaterThan(PER_SECOND * 10);
  }, 120_000);

  testPage("has caused no error of the page", () => {
    expect(errors).toEqual([]);
  });

  testPage(
    "leaves a page that says when nothing answers any more, with no button to press",
    async () => {
      page.stop();
      await tab!.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
      expect(await tab!.locator("button:enabled").count()).toBe(0);
    },
  );
});

const shared = () => ({ session, client, dr });
drSuite(shared);
restoreSuite(shared);
runbookSuite(shared);
