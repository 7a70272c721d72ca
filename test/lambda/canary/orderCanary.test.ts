import { createHealthCanary } from "../../../lambda/canary/healthCanary";
import { createOrderCanary } from "../../../lambda/canary/orderCanary";
import { createOrderApi } from "../../../lambda/handlers/orderApi";
import type { HttpAnswer, HttpRequest } from "../../../lambda/runtime/runtime";
import { CANARY_ACCOUNT } from "../../../lambda/auth/tunables";
import { FakeWorld, HOME } from "../../helpers/fakeRuntime";

const ORDER_ID = "abcdef00-0000-4000-9000-000000000001";
const API_URL = "https://api.test/v1";

let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
  world.setControl();
});

function runtime() {
  const base = world.runtime(HOME);
  return { ...base, env: { ...base.env, API_URL }, newId: () => ORDER_ID };
}

const status = (code: number, body: object = {}): HttpAnswer => ({
  status: code,
  body: JSON.stringify(body),
});
const state = (text: string) => status(200, { orderId: ORDER_ID, status: text });

/** Answers in turn, the last one over and over; undefined is none. */
function inTurn(...answers: (HttpAnswer | undefined)[]) {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)];
}

/** The API answers placing and asking each in turn. */
function answers(placing: (HttpAnswer | undefined)[], asking: (HttpAnswer | undefined)[]) {
  const [post, get] = [inTurn(...placing), inTurn(...asking)];
  world.website = ({ method }: HttpRequest) => (method === "POST" ? post() : get());
}

const order = () => world.timed(createOrderCanary(runtime())());
const requests = () =>
  world.calls.filter(({ service }) => service === "http").map(({ command, on }) => [command, on]);

describe("the order canary", () => {
  it("places an order, waits until it is settled and reports how long each step took", async () => {
    answers([status(202)], [state("ACCEPTED"), state("ACCEPTED"), state("SETTLED")]);
    const { result, seconds } = await order();
    expect(result).toBe(`order ${ORDER_ID}: accepted after 10 ms, settled after 2040 ms`);
    expect(seconds).toBe(2.04);
    expect(requests()).toEqual([
      ["POST", `${API_URL}/orders`],
      ["GET", `${API_URL}/orders/${ORDER_ID}`],
      ["GET", `${API_URL}/orders/${ORDER_ID}`],
      ["GET", `${API_URL}/orders/${ORDER_ID}`],
    ]);
  });

  it("sends its token for the canary account with every request", async () => {
    answers([status(202)], [state("SETTLED")]);
    await order();
    const [placing, asking] = world.calls.map(({ input }) => input as unknown as HttpRequest);
    expect(placing!.headers).toEqual({
      "Content-Type": "application/json",
      Authorization: "Bearer a.canary's.token",
    });
    expect(asking!.headers).toEqual({ Authorization: "Bearer a.canary's.token" });
    expect(JSON.parse(placing!.body!)).toEqual({
      orderId: ORDER_ID,
      accountId: CANARY_ACCOUNT,
      sessionId: CANARY_ACCOUNT,
      symbol: "CANARY",
      side: "BUY",
      quantity: "1",
    });
  });

  it("places an order that order-api accepts", async () => {
    const api = createOrderApi(world.runtime(HOME));
    const event = {
      resource: "/orders",
      requestContext: { authorizer: { accountId: CANARY_ACCOUNT } },
      pathParameters: { orderId: ORDER_ID },
    };
    world.website = (({ method, body }: HttpRequest) =>
      api({ httpMethod: method, body: body ?? null, ...event }).then((answer) => {
        const item = world.item(`order#${ORDER_ID}`);
        if (item) world.put({ ...item, pk: `order#${ORDER_ID}`, settledEpoch: 1 });
        return { status: answer.statusCode, body: answer.body };
      })) as unknown as FakeWorld["website"];
    expect((await order()).result).toMatch(/^order .*: accepted after \d+ ms, settled after/);
  });

  it.each([
    ["no answer", undefined, 5.01],
    ["503", status(503), 2.02],
    ["429", status(429), 2.02],
  ])("retries the same order after %s", async (_, first, acceptedSeconds) => {
    answers([first, status(202)], [state("SETTLED")]);
    const { result } = await order();
    expect(result).toContain(`accepted after ${acceptedSeconds * 1000} ms`);
    const bodies = world.callsOf({ command: "POST" }).map(({ input }) => input["body"]);
    expect(bodies).toHaveLength(2);
    expect(new Set(bodies).size).toBe(1);
  });

  it("polls again if the state cannot be read", async () => {
    answers([status(202)], [status(503), undefined, state("SETTLED")]);
    expect((await order()).result).toContain("settled after 5030 ms");
  });

  it.each<[string, HttpAnswer, string]>([
    [
      "a token that is refused",
      status(401, { error: "no" }),
      'expected 202, got 401 {"error":"no"}',
    ],
    ["another account's token", status(403), "expected 202, got 403 {}"],
    ["an order that is refused", status(400), "expected 202, got 400 {}"],
    ["an id that was used", status(409), "expected 202, got 409 {}"],
    ["a success that is none", status(200), "expected 202, got 200 {}"],
  ])("fails at once on %s", async (_, answer, message) => {
    answers([answer], [state("SETTLED")]);
    await expect(order()).rejects.toThrow(`order ${ORDER_ID}: ${message}`);
    expect(requests()).toHaveLength(1);
  });

  it.each<[string, HttpAnswer, string]>([
    ["lost", status(404), "accepted, but got 404 {} when asked for it"],
    ["rejected", state("REJECTED"), '"status":"REJECTED"} when asked for it'],
  ])("fails at once if an accepted order is %s", async (_, answer, message) => {
    answers([status(202)], [answer]);
    await expect(order()).rejects.toThrow(message);
    expect(requests()).toHaveLength(2);
  });

  it("reports the last answer if the order is not accepted in time", async () => {
    answers([status(503, { error: "later" })], []);
    await expect(order()).rejects.toThrow(
      `order ${ORDER_ID}: not accepted within 20 s; last POST: got 503 {"error":"later"}`,
    );
    expect(world.nowMs - world.calls[0]!.atMs).toBeLessThanOrEqual(20_000);
  });

  it("fails if the order is not settled in time", async () => {
    answers([status(202)], [state("ACCEPTED")]);
    await expect(order()).rejects.toThrow(
      `order ${ORDER_ID}: not settled within 30 s; last GET: got 200`,
    );
  });

  it("reports that there was no answer", async () => {
    answers([undefined], []);
    await expect(order()).rejects.toThrow(
      `last POST: NoAnswerError: ${API_URL}/orders: no answer within 3000 ms`,
    );
  });

  it("places no order without a token, and reports why", async () => {
    world.canaryToken = () => Promise.reject(new Error("the secret is gone"));
    await expect(order()).rejects.toThrow(
      `order ${ORDER_ID}: no token could be signed: Error: the secret is gone`,
    );
    expect(requests()).toEqual([]);
  });

  it("ends before the timeout of Synthetics, whatever the answers are", async () => {
    answers([undefined, undefined, undefined, status(202)], [undefined]);
    const startedMs = world.nowMs;
    await expect(order()).rejects.toThrow("not settled within 30 s");
    expect((world.nowMs - startedMs) / 1000).toBeLessThan(60);
  });
});

describe("the health canary", () => {
  const check = () => world.timed(createHealthCanary(runtime())());

  it("requests /health of its own region and reports how long it took", async () => {
    world.website = () => status(200, { region: HOME, ledger: "reachable" });
    expect((await check()).result).toBe("healthy in 10 ms");
    expect(requests()).toEqual([["GET", `${API_URL}/health`]]);
  });

  it.each<[string, HttpAnswer, string]>([
    ["is not healthy", status(503, { ledger: "unreachable" }), "expected 200, got 503"],
    [
      "is another region",
      status(200, { region: "us-east-2", ledger: "reachable" }),
      "in us-east-1",
    ],
    ["reaches no ledger", status(200, { region: HOME }), "expected the ledger reachable"],
  ])("fails if the API %s", async (_, answer, message) => {
    world.website = () => answer;
    await expect(check()).rejects.toThrow(message);
  });

  it("fails if the API does not answer within 3 s", async () => {
    world.website = () => undefined;
    await expect(check()).rejects.toThrow(`GET ${API_URL}/health: no answer within 3000 ms`);
  });
});
