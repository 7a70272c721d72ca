import { Gateway } from "../contract/gateway";
import { HOME, Live } from "../harness/live";
import { Books } from "../harness/orders";
import { OWN_ISSUER, readOwnKeys, signToken } from "../shipped";

const order = {
  orderId: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  accountId: "account",
  sessionId: "session",
  symbol: "ACME",
  side: "BUY",
  quantity: "1",
};

let live: Live;
let gateway: Gateway;
let url: string;
let token: string;

beforeAll(async () => {
  live = await Live.start();
  new Books(live).activate(HOME, 1);
  gateway = new Gateway(live, HOME);
  url = await gateway.listen();
  const { environment } = live.program.function("authorizer", HOME);
  const [key] = readOwnKeys(live.secrets.get(environment["TOKEN_SECRET_ARN"]!));
  token = await signToken(key!, OWN_ISSUER, "account", 60, Date.now());
});

afterAll(async () => {
  gateway.stop();
  await live.stop();
});

async function post(body: unknown, authorization = `Bearer ${token}`) {
  const response = await fetch(`${url}/orders`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return [response.status, await response.json()] as const;
}

describe("the documented API in front of the bundles", () => {
  test("accepts an order with a token that authorizer verifies", async () => {
    expect(await post(order)).toMatchObject([202, { orderId: order.orderId, status: "ACCEPTED" }]);
    expect(await post(order, "Bearer x.y.z")).toMatchObject([401, {}]);
    expect(await post(order, "Basic x")).toMatchObject([401, {}]);
  });

  test("names the wrong field, whether API Gateway or order-api refuses the body", async () => {
    const fields = [{ field: "body", problem: "a JSON object" }];
    expect(await post([])).toEqual([400, { error: "invalid order", fields }]);
    expect(await post({ ...order, side: "HOLD" })).toMatchObject([
      400,
      { fields: [{ field: "side" }] },
    ]);
  });

  test("answers an unknown path with 404", async () => {
    const { status } = await fetch(`${url}/order`, { headers: { authorization: "Bearer x" } });
    expect(status).toBe(404);
  });
});
