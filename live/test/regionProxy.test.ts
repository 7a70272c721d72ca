import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { RegionProxy } from "../region/proxy";
import { replicated } from "../region/replication";

const HOME = "us-east-1";
const STANDBY = "us-east-2";
const cut = new Set<string>();
/** What the emulator was asked for: region and body. */
const asked: [region: string, body: string][] = [];
const emulator = createServer((request, response) => {
  void buffer(request).then((body) => {
    const [, region = ""] =
      /Credential=1\/\d+\/([\w-]+)\//.exec(request.headers.authorization ?? "") ?? [];
    asked.push([region, body.toString()]);
    response.end("done");
  });
});
let proxy: RegionProxy;
let url: string;

beforeAll(async () => {
  emulator.listen(0, "127.0.0.1");
  await once(emulator, "listening");
  const { port } = emulator.address() as AddressInfo;
  proxy = new RegionProxy(
    HOME,
    `http://127.0.0.1:${port}`,
    (region) => cut.has(region),
    (passing, forward) => replicated(passing, forward, [HOME, STANDBY]),
  );
  url = await proxy.listen();
});

afterAll(() => {
  proxy.stop();
  emulator.close();
});

beforeEach(() => {
  cut.clear();
  asked.length = 0;
});

const call = (region: string, service: string, operation: string, signal?: AbortSignal) =>
  fetch(url, {
    method: "POST",
    body: "body",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=1/20260101/${region}/${service}/aws4_request, Signature=0`,
      "x-amz-target": `Target.${operation}`,
    },
    ...(signal === undefined ? {} : { signal }),
  });

test("a request reaches the emulator as it is", async () => {
  expect(await (await call(STANDBY, "sqs", "SendMessage")).text()).toBe("done");
  expect(asked).toEqual([[STANDBY, "body"]]);
});

test("what PartiQL writes is written in both regions", async () => {
  await call(HOME, "dynamodb", "BatchExecuteStatement");
  expect(asked).toEqual([
    [HOME, "body"],
    [STANDBY, "body"],
  ]);
  asked.length = 0;
  await call(HOME, "dynamodb", "PutItem");
  expect(asked).toHaveLength(1);
});

test.each([
  ["from a region that is cut off", HOME],
  ["to a region that is cut off", STANDBY],
])("a request %s is never answered", async (_, region) => {
  cut.add(region);
  const patience = AbortSignal.timeout(300);
  await expect(call(STANDBY, "sqs", "SendMessage", patience)).rejects.toThrow();
  expect(asked).toEqual([]);
});
