import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import type { Order } from "../load/clients";
import type { Session } from "../session";
import { type Action, actionsOf, snapshotOf } from "./snapshot";

const EVERY_MS = 1_000;
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html"],
  "/page.css": ["page.css", "text/css"],
  "/page.js": ["page.js", "text/javascript"],
};
const headers = {
  "content-security-policy": "default-src 'self'; img-src data:",
  "cache-control": "no-store",
};

/** What the buttons do. */
const buttons: Readonly<Record<Action, (session: Session) => Promise<void>>> = {
  region: (session) => session.fail("region"),
  database: (session) => session.fail("database"),
  restore: (session) => session.restore(),
  failback: async (session) => {
    await session.failBack();
    await session.armed();
  },
};

/** Serves the page on the loopback: files, a stream of events, and the actions of its buttons. */
export class Page {
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private readonly readers = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private url = "";

  constructor(private readonly session: Session) {
    session.timeline.onEntry((entry) => this.send("entry", entry));
  }

  /** @param port 0 for any that is free @returns the page's address. */
  listen(port = 0): Promise<string> {
    this.timer = setInterval(() => void this.tell(), EVERY_MS);
    return new Promise((resolve, reject) => {
      this.server.once("error", reject).listen(port, "127.0.0.1", () => {
        this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
        resolve(this.url);
      });
    });
  }

  stop(): void {
    clearInterval(this.timer);
    this.server.close();
    this.server.closeAllConnections();
  }

  private async tell(): Promise<void> {
    if (this.readers.size > 0) this.send("state", await snapshotOf(this.session));
  }

  private send(event: string, data: unknown, to: Iterable<ServerResponse> = this.readers): void {
    for (const reader of to) reader.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "/" } = request;
    try {
      if (method === "POST") return await this.act(request, response, url);
      if (url === "/events") return this.follow(response);
      const [file, type] = files[url] ?? [];
      if (file === undefined) return void response.writeHead(404, headers).end();
      const content = readFileSync(path.join(__dirname, file));
      response.writeHead(200, { ...headers, "content-type": `${type}; charset=utf-8` });
      response.end(content);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, headers);
      response.end(JSON.stringify({ error: String(error) }));
    }
  }

  private follow(response: ServerResponse): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    this.readers.add(response);
    response.once("close", () => this.readers.delete(response));
    for (const entry of this.session.timeline.entries) this.send("entry", entry, [response]);
    void this.tell();
  }

  private async act(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
  ): Promise<void> {
    // Another site's page could send a form here.
    if (request.headers.origin !== this.url) return void response.writeHead(403, headers).end();
    const body = await text(request);
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { ...headers, "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const [, name = "", id] = url.split("/");
    if (name === "order") return answer(200, this.place(JSON.parse(body) as Partial<Order>));
    if (name === "state") return answer(200, this.stateOf(id));
    if (!(name in buttons)) return void response.writeHead(404, headers).end();
    const action = name as Action;
    // The page may show what was true a second ago.
    const isArmed = (await this.session.secondsUntilArmed()) === 0;
    if (!actionsOf(this.session, isArmed)[action]) {
      return answer(409, { error: "This cannot be done now." });
    }
    this.begin(buttons[action](this.session));
    answer(200, {});
  }

  /** The timeline tells how it goes on. */
  private begin(work: Promise<void>): void {
    work.catch((error) => this.session.timeline.add("operator", String(error)));
  }

  /** Places an order of the page's form. It is repeated until it is acknowledged or refused. */
  private place({ symbol = "ACME", side = "BUY", quantity = "1" }: Partial<Order>): object {
    const orderId = randomUUID();
    const order = { orderId, accountId: "live-0", sessionId: "page", symbol, side, quantity };
    void this.session.load.place(order);
    return { orderId };
  }

  private stateOf(orderId = ""): object {
    const { acceptedMs, acceptedIn, settledMs, settledIn, refused, reason, tries, sentMs } =
      this.session.load.placed.get(orderId) ?? {};
    return { acceptedMs, acceptedIn, settledMs, settledIn, refused, reason, tries, sentMs };
  }
}
