import { randomUUID } from "node:crypto";
import type { Order } from "../load/clients";
import type { Session } from "../session";

/** On a busy machine a hint may get lost; a sweep sends another one after a minute. */
const SETTLED_TIMEOUT_MS = 100_000;
/** 429 and 5xx are retried for this long, as the API wants it: a busy machine throttles. */
const RETRIED_MS = 20_000;
const RETRY_MS = 500;

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
    const url = `${platform.urlOf(api.host)}${path}`;
    const request = {
      method,
      headers: {
        "content-type": "application/json",
        ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    for (const deadlineMs = Date.now() + RETRIED_MS; ;) {
      const answer = await fetch(url, request);
      const text = await answer.text();
      const isFinal = answer.status !== 429 && answer.status < 500;
      if (isFinal || Date.now() > deadlineMs) {
        const parsed = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
        return { status: answer.status, headers: answer.headers, body: parsed };
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
