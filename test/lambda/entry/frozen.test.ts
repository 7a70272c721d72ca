import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { SOCKET_IDLE_MAX_MS } from "../../../lambda/runtime/tunables";

/** Connections that the caller has opened, and those that the server treats as lost. */
const sockets = new Set<Socket>();
const silent = new Set<Socket>();
const forgotten = new Set<Socket>();

let server: Server;
let caller: ChildProcess;
let answers: Interface;

async function callEach(times: number): Promise<Record<string, string[]>> {
  caller.stdin!.write(`${times}\n`);
  const [line] = (await once(answers, "line")) as [string];
  return JSON.parse(line) as Record<string, string[]>;
}

const answered = (times: number) =>
  Object.fromEntries(
    ["DynamoDB", "HTTP", "Lambda", "S3", "SQS"].map((service) => [
      service,
      Array.from({ length: times }, () => "answered"),
    ]),
  );

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    if (forgotten.has(request.socket)) request.socket.resetAndDestroy();
    else if (!silent.has(request.socket)) response.end("{}");
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const script = join(__dirname, "../../helpers/frozenCaller.ts");
  caller = spawn(process.execPath, ["--import", "tsx", script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"],
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "none",
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  });
  answers = createInterface({ input: caller.stdout! });
});

afterAll(async () => {
  caller.kill("SIGKILL");
  await once(caller, "exit");
  server.closeAllConnections();
  server.close();
});

test.each<[string, (socket: Socket) => unknown, number]>([
  ["has closed its connections", (socket) => socket.end(), 0],
  ["resets its connections when they are used", (socket) => forgotten.add(socket), 0],
  ["is silent on its connections", (socket) => silent.add(socket), SOCKET_IDLE_MAX_MS],
])("the first calls after a freeze succeed although the server %s", async (_, lose, frozenMs) => {
  // So each call has more than one dead connection to choose from.
  expect(await callEach(3)).toEqual(answered(3));
  caller.kill("SIGSTOP");
  for (const socket of sockets) lose(socket);
  await delay(frozenMs + 100);
  const calls = callEach(1);
  caller.kill("SIGCONT");
  expect(await calls).toEqual(answered(1));
});
