import { type HttpAnswer, RETRY_AFTER_SECONDS } from "../shipped";
import type { ApiDescription } from "../description/apis";
import { INTERNET } from "../world/network";
import { uuid } from "../../support/simulation/random";
import type { World } from "../world/world";
import type { OrderBook, PlacedOrder } from "./orderBook";

export interface ClientOptions {
  /** Interval between orders, over all clients together. */
  orderEveryMs: number;
  /** Number of clients. Each has its own resolver, and they take turns. */
  clients: number;
  /** A client waits this long for an answer, then sends the same order again. */
  patienceMs: number;
}

export const usualClients: ClientOptions = { orderEveryMs: 2_000, clients: 4, patienceMs: 5_000 };

const symbols = ["ACME", "BOLT", "CRUX", "DUNE"];

/**
 * A client that ignores the TTL resolves the name again only after this many failures of one order.
 */
const STUBBORN_ATTEMPTS = 6;

/** A DNS answer in a resolver's cache. */
interface CachedAnswer {
  host: string;
  untilMs: number;
}

const accountOf = (client: number): string => `account-${client}`;

/**
 * Clients know one host name. They resolve it, place orders, and repeat an order without a clear
 * answer.
 */
export class Clients {
  private readonly caches: CachedAnswer[];
  private readonly urls = new Map<ApiDescription, string>();
  private readonly name: string;
  /** Clients that keep the first DNS answer until their orders fail. */
  readonly stubborn = new Set<number>();
  private isStopped = false;
  private isPaused = false;
  private placed = 0;

  constructor(
    private readonly world: World,
    private readonly book: OrderBook,
    private readonly options: ClientOptions = usualClients,
  ) {
    const record = world.base.program.records.find((each) => each.failover === "PRIMARY");
    if (record === undefined) throw new Error("the program declares no PRIMARY record to resolve");
    this.name = record.name;
    this.caches = Array.from({ length: options.clients }, () => {
      // Each resolver has queried DNS at a random earlier moment.
      const { host, ttlMs } = world.route53.resolve(this.name);
      const untilMs = world.base.nowMs + world.base.draw("resolverPhaseShare") * ttlMs;
      return { host, untilMs };
    });
  }

  start(): void {
    const next = (): void => {
      if (this.isStopped) return;
      if (!this.isPaused) this.place();
      this.world.base.simulation.after(this.options.orderEveryMs, next);
    };
    next();
  }

  /** Places no new orders. Orders without a clear answer are still repeated. */
  stop(): void {
    this.isStopped = true;
  }

  /** Places this many extra orders, spread over ten seconds. */
  burst(orders: number): void {
    for (let i = 0; i < orders; i++) {
      this.world.base.simulation.after((10_000 * i) / orders, () => this.place());
    }
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  private place(): void {
    const { base } = this.world;
    const stream = base.random.stream("clients");
    const client = this.placed++ % this.options.clients;
    const limit = stream.chance(0.7) ? { limitPrice: `${stream.integer(10, 500)}.25` } : {};
    const order = this.book.place({
      orderId: uuid(stream),
      accountId: accountOf(client),
      sessionId: `session-${client}`,
      symbol: stream.pick(symbols),
      side: stream.chance(0.5) ? "BUY" : "SELL",
      // Every order has a quantity of its own, so that one settled under two ids can be detected.
      quantity: `${this.placed}.5`,
      ...limit,
    });
    this.send(client, order);
  }

  private send(client: number, order: PlacedOrder): void {
    const { base, apis, keys } = this.world;
    const host = this.resolve(client, order.attempts);
    const api = apis.find(host);
    if (api === undefined) throw new Error(`the name leads to ${host}, which is no API`);
    const request = {
      method: "POST" as const,
      url: this.urlOf(api),
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${keys.tokenOf(accountOf(client))}`,
      },
      // Parsed only when it is read, like the items that handlers write.
      body: order.body,
    };
    let isOver = false;
    const over = (answer: HttpAnswer | null): void => {
      if (isOver) return;
      isOver = true;
      giveUp();
      if (answer !== null) this.world.answered("client", request, answer);
      this.book.attempted(order, answer?.status ?? null, api.region);
      const isUnsure = answer === null || answer.status >= 500 || answer.status === 429;
      if (!isUnsure) return;
      const waitMs = RETRY_AFTER_SECONDS * 1000 * Math.min(order.attempts, 5);
      base.simulation.after(waitMs, () => this.send(client, order));
    };
    const giveUp = base.simulation.after(this.options.patienceMs, () => over(null));
    apis.request(INTERNET, request, over);
  }

  private urlOf(api: ApiDescription): string {
    let url = this.urls.get(api);
    if (url === undefined) this.urls.set(api, (url = `https://${api.host}/${api.stage}/orders`));
    return url;
  }

  private resolve(client: number, attempts: number): string {
    const cache = this.caches[client]!;
    const { nowMs } = this.world.base;
    const isKept = this.stubborn.has(client) && attempts <= STUBBORN_ATTEMPTS;
    if (nowMs >= cache.untilMs && !isKept) {
      const { host, ttlMs } = this.world.route53.resolve(this.name);
      cache.host = host;
      cache.untilMs = nowMs + ttlMs;
    }
    return cache.host;
  }
}
