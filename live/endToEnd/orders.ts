import { randomUUID } from "node:crypto";
import type { Order } from "../load/clients";
import type { Session } from "../session";

/** On a busy machine a hint may get lost; a sweep sends another one after a minute. */
const SETTLED_TIMEOUT_MS = 100_000;
const ACCEPTED_TIMEOUT_MS = 30_000;

export interface Answered {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export const newOrder = (more: Partial<Order> = {}): Order => ({
  orderId: randomUUID(),
  accountId: "live-0",
  sessionId: "session-1",
  symbol: "ACME",
  side: "BUY",
  quantity: "10",
  ...more,
});

/** A client of the tests, with a token unless another one is given. */
export class Client {
  constructor(private readonly session: Session) {}

  /** Sends an order to a region's own address. */
  place(region: string, order: object, token?: string): Promise<Answered> {
    return this.ask(region, "POST", "/orders", order, token);
  }

  get(region: string, orderId: string, token?: string): Promise<Answered> {
    return this.ask(region, "GET", `/orders/${orderId}`, undefined, token);
  }

  /** Places an order as the API wants it: 429 and 5xx are retried with the same id. */
  async accepted(region: string, order: Order): Promise<void> {
    const isIt = async () => (await this.place(region, order)).status === 202;
    await this.session.until(isIt, ACCEPTED_TIMEOUT_MS, `${order.orderId} is accepted`);
  }

  /** Waits until an order is settled. */
  async settled(region: string, orderId: string): Promise<void> {
    const isIt = async () => (await this.get(region, orderId)).body["status"] === "SETTLED";
    await this.session.until(isIt, SETTLED_TIMEOUT_MS, `${orderId} is settled`);
  }

  private async ask(
    region: string,
    method: string,
    path: string,
    body?: object,
    token?: string,
  ): Promise<Answered> {
    const { platform } = this.session;
    const api = platform.program.apis.find(
      (each) => each.region === region && each.routes.some((route) => route.path === "/orders"),
    )!;
    const bearer = token ?? (await this.session.token("live-0"));
    const answer = await fetch(`${platform.urlOf(api.host)}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { status: answer.status, headers: answer.headers, body: parsed };
  }
}
