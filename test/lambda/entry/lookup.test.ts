import type { LookupAddress } from "node:dns";
import { promisify } from "node:util";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { sharedLookup } from "../../../lambda/entry/lookup";

/** Calls of the resolver that have no answer yet, each on a thread of its own. */
const mockPending = new Map<string, { calls: number; answer: (found: LookupAddress[]) => void }>();

jest.mock("node:dns/promises", () => ({
  lookup: (name: string) =>
    new Promise((resolve, reject) => {
      if (name.endsWith("us-east-2.amazonaws.com")) return resolve([{ address: "::1", family: 6 }]);
      if (name.endsWith(".invalid")) return reject(new Error(`ENOTFOUND ${name}`));
      const calls = (mockPending.get(name)?.calls ?? 0) + 1;
      mockPending.set(name, { calls, answer: resolve });
    }),
}));

const lookup = promisify(sharedLookup);
const lost = ["api.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"];

beforeEach(() => mockPending.clear());

it("names of a lost region hold one thread each, however often they are looked up", async () => {
  const polls = Array.from({ length: 50 }, () => lost.map((name) => lookup(name, { all: true })));
  expect(await lookup("rds.us-east-2.amazonaws.com", { all: true })).toEqual([
    { address: "::1", family: 6 },
  ]);
  expect([...mockPending.values()].map(({ calls }) => calls)).toEqual([1, 1]);
  const found = [{ address: "192.0.2.1", family: 4 }];
  for (const { answer } of mockPending.values()) answer(found);
  expect(await Promise.all(polls.flat())).toEqual(polls.flat().map(() => found));
});

it("a name is looked up again after an answer", async () => {
  for (const address of ["192.0.2.1", "192.0.2.2"]) {
    const looking = lookup(lost[0]!, {});
    mockPending.get(lost[0]!)!.answer([{ address, family: 4 }]);
    expect(await looking).toBe(address);
  }
});

it("a name is looked up again after a failure", async () => {
  for (let times = 0; times < 2; times++) {
    await expect(lookup("api.invalid", { all: true })).rejects.toThrow("ENOTFOUND api.invalid");
  }
});

it("AWS clients and HTTP requests use it", async () => {
  process.env["AWS_REGION"] = "us-east-1";
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  process.env["AWS_ACCESS_KEY_ID"] = process.env["AWS_SECRET_ACCESS_KEY"] = "none";
  const { dynamodb } = await import("../../../lambda/entry/dynamodb");
  const { http } = await import("../../../lambda/entry/http");
  const abort = new AbortController();
  const { signal } = abort;
  const outcomes = Promise.allSettled([
    dynamodb.send(new GetCommand({ TableName: "ledger", Key: {} }), { abortSignal: signal }),
    http({ method: "GET", url: `https://${lost[0]}` }, signal),
  ]);
  const asked = () => [...mockPending.keys()].sort();
  for (let ticks = 0; asked().length < 2 && ticks < 1_000; ticks++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  abort.abort();
  expect(asked()).toEqual([lost[0], "dynamodb.us-east-1.amazonaws.com"]);
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
