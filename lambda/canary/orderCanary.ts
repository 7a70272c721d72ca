import { sleep, within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { describe } from "../runtime/log";
import type { HttpAnswer, HttpRequest, Runtime } from "../runtime/runtime";
import { CANARY_ACCEPT_SECONDS, CANARY_POLL_MS, CANARY_SETTLE_SECONDS } from "./tunables";
import { PROBE_TIMEOUT_MS } from "../detection/tunables";
import { canaryOrderBody } from "../orders/canaryOrders";
import { RETRY_AFTER_SECONDS } from "../orders/tunables";
import { shown } from "./shown";

export type OrderCanaryRuntime = Pick<Runtime, "env" | "clock" | "http" | "canaryToken"> & {
  /** A new UUID. */
  newId: () => string;
};

/**
 * Does what a client does: places an order, retries with the same id until the answer is definite,
 * and polls until the order is settled.
 * @throws Error that says which step failed. CloudWatch Synthetics counts that as a failed run.
 */
export function createOrderCanary(runtime: OrderCanaryRuntime): () => Promise<string> {
  return () => new RoundTrip(runtime).run();
}

/** The way of one order. */
class RoundTrip {
  private readonly orderId: string;
  private readonly ordersUrl: string;

  constructor(private readonly runtime: OrderCanaryRuntime) {
    this.orderId = runtime.newId();
    this.ordersUrl = `${variable(runtime.env, "API_URL")}/orders`;
  }

  async run(): Promise<string> {
    const { clock } = this.runtime;
    const startedMs = clock.nowMs();
    const token = await this.runtime.canaryToken().catch((error: unknown) => {
      throw this.failure(`no token could be signed: ${describe(error).error}`);
    });
    const authorization = `Bearer ${token}`;
    await this.place(authorization);
    const acceptedMs = clock.nowMs() - startedMs;
    await this.awaitSettled(authorization);
    const settledMs = clock.nowMs() - startedMs;
    return `order ${this.orderId}: accepted after ${acceptedMs} ms, settled after ${settledMs} ms`;
  }

  private place(authorization: string): Promise<void> {
    const request: HttpRequest = {
      method: "POST",
      url: this.ordersUrl,
      headers: { "Content-Type": "application/json", Authorization: authorization },
      body: canaryOrderBody(this.orderId),
    };
    const limits = { goal: "accepted", seconds: CANARY_ACCEPT_SECONDS };
    return this.repeat(request, { ...limits, pauseMs: RETRY_AFTER_SECONDS * 1000 }, (answer) => {
      if (answer.status !== 202) throw this.failure(`expected 202, ${shown(answer)}`);
      return true;
    });
  }

  private awaitSettled(authorization: string): Promise<void> {
    const request: HttpRequest = {
      method: "GET",
      url: `${this.ordersUrl}/${this.orderId}`,
      headers: { Authorization: authorization },
    };
    const limits = { goal: "settled", seconds: CANARY_SETTLE_SECONDS };
    return this.repeat(request, { ...limits, pauseMs: CANARY_POLL_MS }, (answer) => {
      const { status } = answer.status === 200 ? (JSON.parse(answer.body) as State) : {};
      if (status !== "SETTLED" && status !== "ACCEPTED") {
        throw this.failure(`accepted, but ${shown(answer)} when asked for it`);
      }
      return status === "SETTLED";
    });
  }

  /**
   * Repeats a request while there is no definite answer: none in time, 429 or 5xx.
   * @param isDone returns true for the expected answer. Throws if that answer can no longer come.
   */
  private async repeat(
    request: HttpRequest,
    { goal, seconds, pauseMs }: { goal: string; seconds: number; pauseMs: number },
    isDone: (answer: HttpAnswer) => boolean,
  ): Promise<void> {
    const { clock } = this.runtime;
    const untilMs = clock.nowMs() + seconds * 1000;
    for (;;) {
      const answer = await this.ask(request);
      const isOpen = typeof answer === "string" || answer.status === 429 || answer.status >= 500;
      if (!isOpen && isDone(answer)) return;
      if (clock.nowMs() + pauseMs > untilMs) {
        const last = typeof answer === "string" ? answer : shown(answer);
        throw this.failure(`not ${goal} within ${seconds} s; last ${request.method}: ${last}`);
      }
      await sleep(clock, pauseMs);
    }
  }

  /** Returns the answer, or the reason why there was none. */
  private async ask(request: HttpRequest): Promise<HttpAnswer | string> {
    const { clock, http } = this.runtime;
    try {
      return await within(clock, PROBE_TIMEOUT_MS, request.url, (signal) => http(request, signal));
    } catch (error) {
      return describe(error).error;
    }
  }

  private failure(what: string): Error {
    return new Error(`order ${this.orderId}: ${what}`);
  }
}

interface State {
  status?: string;
}
