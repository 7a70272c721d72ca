import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { PublishCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { alarmMessage } from "../../../support/aws/alarmEvents";
import { zipOf } from "../../emulator/zip";
import type { LogLine } from "../../region/logs";
import { type Session, startLive } from "../../session";
import { OWN_ISSUER, readOwnKeys, signToken } from "../../shipped";
import { tokenKeysOf } from "../../declared";
import { Dr } from "../dr";
import { createCopies, handlersCalls, send } from "../dynamodbCalls";
import { Client, newOrder } from "../orders";
import { drSuite, runbookSuite } from "./drSuite";
import { homeLossSuite } from "./homeLossSuite";
import { restoreSuite } from "./restoreSuite";
import { rowsOf } from "./shared";

const SPEED = 10;
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

describe("the API", () => {
  test("takes an order, which is settled, and whose row reaches the standby", async () => {
    const order = newOrder();
    const { status, body } = await client.place(home, order);
    expect([status, body["status"]]).toEqual([202, "ACCEPTED"]);
    await client.settled(home, order.orderId);
    expect(await rowsOf(session, home, order.orderId)).toEqual([{ epoch: 1 }]);
    await session.until(
      async () => (await rowsOf(session, standby, order.orderId)).length === 1,
      10_000,
      "the row reaches the standby",
    );
    expect((await client.get(standby, order.orderId)).body["status"]).toBe("SETTLED");
  });

  test("takes an order in the standby as well, and home settles it", async () => {
    const order = newOrder();
    expect((await client.place(standby, order)).status).toBe(202);
    await client.settled(standby, order.orderId);
    expect(await rowsOf(session, home, order.orderId)).toHaveLength(1);
  });

  test("answers the same order the same, and another one with its id with 409", async () => {
    const order = newOrder();
    const first = await client.place(home, order);
    const again = await client.place(standby, order);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect((await client.place(home, { ...order, quantity: "11" })).status).toBe(409);
    await client.settled(home, order.orderId);
    expect(await rowsOf(session, home, order.orderId)).toHaveLength(1);
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

const shared = () => ({ session, client, dr });
homeLossSuite(shared);
drSuite(shared);
restoreSuite(shared);
runbookSuite(shared);
