import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";

/** An order of a client, and what the client was told about it. */
export interface Placed {
  order: Order;
  sentMs: number;
  /** How often it was sent. */
  tries: number;
  /** When the API acknowledged it, and in which region; undefined as long as it has not. */
  acceptedMs?: number;
  acceptedIn?: string;
  /** When its row was reported, and under which epoch. */
  settledMs?: number;
  settledIn?: string;
  /** The status that ended it, if the API refused it for good, and the API's reason. */
  refused?: number;
  reason?: string;
}

export interface Order {
  orderId: string;
  accountId: string;
  sessionId: string;
  symbol: string;
  side: "BUY" | "SELL";
  quantity: string;
  limitPrice?: string;
}

interface ClientSettings {
  /** Where the API's name leads now: its address on this machine, and its region. */
  resolve: () => { url: string; region: string };
  token: (accountId: string) => Promise<string>;
  onAccepted: (placed: Placed) => void;
}

/** A client gives up an attempt after this time. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 500;
const RETRY_MAX_MS = 4_000;
const RATE_WINDOW_MS = 4_000;
const ACCOUNTS = 4;
const symbols = ["ACME", "GLOBEX", "HOOLI", "INITECH"];

/** Clients that place orders at a steady rate and repeat each until it is acknowledged or refused. */
export class Load {
  readonly placed = new Map<string, Placed>();
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private count = 0;

  constructor(private readonly settings: ClientSettings) {
    // One for each attempt under way.
    setMaxListeners(0, this.stopping.signal);
  }

  start(perSecond: number): void {
    this.timer = setInterval(() => void this.place(this.next()), 1000 / perSecond);
  }

  /** So many clients place orders for a time, each one as soon as its last order is answered for good. */
  async loop(clients: number, ms: number): Promise<void> {
    const untilMs = Date.now() + ms;
    const client = async () => {
      while (Date.now() < untilMs && !this.stopping.signal.aborted) await this.place(this.next());
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Places no more orders. Those under way are repeated until `drain` ends. */
  pause(): void {
    clearInterval(this.timer);
  }

  /** Waits until every order was acknowledged or refused, or the time is over. */
  async drain(timeoutMs: number): Promise<void> {
    this.pause();
    const timeOver = setTimeout(() => this.stopping.abort(), timeoutMs);
    await Promise.all(this.running);
    clearTimeout(timeOver);
  }

  async stop(): Promise<void> {
    this.pause();
    this.stopping.abort();
    await Promise.all(this.running);
  }

  /** Places an order. Resolves when it is acknowledged, refused or given up. */
  place(order: Order): Promise<Placed> {
    const placed: Placed = { order, sentMs: Date.now(), tries: 0 };
    this.placed.set(order.orderId, placed);
    const done = this.repeat(placed).finally(() => this.running.delete(done));
    this.running.add(done);
    return done.then(() => placed);
  }

  /** Orders acknowledged and settled per second, lately. */
  rates(): { accepted: number; settled: number } {
    const sinceMs = Date.now() - RATE_WINDOW_MS;
    const rates = { accepted: 0, settled: 0 };
    for (const { acceptedMs = 0, settledMs = 0 } of this.placed.values()) {
      if (acceptedMs > sinceMs) rates.accepted += 1000 / RATE_WINDOW_MS;
      if (settledMs > sinceMs) rates.settled += 1000 / RATE_WINDOW_MS;
    }
    return rates;
  }

  /** A row of the order was reported. */
  settled(orderId: string, region: string): void {
    const placed = this.placed.get(orderId);
    if (placed === undefined || placed.settledMs !== undefined) return;
    placed.settledMs = Date.now();
    placed.settledIn = region;
  }

  private next(): Order {
    const number = this.count++;
    return {
      orderId: randomUUID(),
      accountId: `live-${number % ACCOUNTS}`,
      sessionId: `session-${number % ACCOUNTS}`,
      symbol: symbols[number % symbols.length]!,
      side: number % 2 === 0 ? "BUY" : "SELL",
      quantity: String((number % 100) + 1),
    };
  }

  private async repeat(placed: Placed): Promise<void> {
    let waitMs = RETRY_MS;
    while (!this.stopping.signal.aborted) {
      if (await this.attempt(placed)) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
    }
  }

  /** Returns whether the API has answered for good. */
  private async attempt(placed: Placed): Promise<boolean> {
    const { url, region } = this.settings.resolve();
    placed.tries++;
    // On Node 20, a signal made by AbortSignal.any forgets the timeouts that it is made of.
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    const timer = setTimeout(giveUp, PATIENCE_MS);
    this.stopping.signal.addEventListener("abort", giveUp);
    try {
      const answer = await fetch(`${url}/orders`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${await this.settings.token(placed.order.accountId)}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(placed.order),
        signal: patience.signal,
      });
      const text = await answer.text();
      if (answer.status === 202) {
        placed.acceptedMs = Date.now();
        placed.acceptedIn = region;
        this.settings.onAccepted(placed);
        return true;
      }
      // Of these, docs/api.md says to repeat the order with the same id.
      if (answer.status === 429 || answer.status >= 500) return false;
      placed.refused = answer.status;
      placed.reason = text;
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
      this.stopping.signal.removeEventListener("abort", giveUp);
    }
  }
}
