import { type IncomingMessage, type ServerResponse, createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request on its way to the emulator. */
export interface Passing {
  /** Region of the caller: each region has a proxy of its own. */
  from: string;
  /** Region that the request is signed for; without a signature, the proxy's own. */
  to: string;
  /** As `rds`; empty for requests without a signature. */
  service: string;
  /** As `BatchExecuteStatement`, where a header names it. */
  operation: string;
  method: string;
  path: string;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const KEEP_ALIVE_MS = 60_000;

/** Sends a request to the emulator, also as if it were signed for another region. */
export type Forward = (region?: string) => Promise<Answer>;

/** Passes a request on, or answers it differently. */
export type Handle = (passing: Passing, forward: Forward) => Promise<Answer> | undefined;

/**
 * Stands between a region and the emulator. Requests to and from a region that is cut off are never
 * answered, as if their packets were lost.
 */
export class RegionProxy {
  private readonly server = createServer(
    (incoming, response) => void this.serve(incoming, response),
  );

  constructor(
    private readonly region: string,
    private readonly emulator: string,
    private readonly isCut: (region: string) => boolean,
    private readonly handle: Handle,
  ) {
    // A connection outlives an invocation, as those of AWS do; an invocation may take minutes.
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.server.requestTimeout = 0;
  }

  /** @returns its address, as `http://127.0.0.1:4567`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, "127.0.0.1", () => {
        resolve(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
      });
    });
  }

  /** Closes what has waited for an answer: after a fault, nobody sends one. */
  reset(): void {
    this.server.closeAllConnections();
  }

  stop(): void {
    this.server.close();
    this.reset();
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const passing = { ...this.read(incoming), body: await buffer(incoming) };
      const isLost = () => this.isCut(passing.from) || this.isCut(passing.to);
      if (isLost()) return;
      const forward: Forward = (region = passing.to) =>
        this.forward(incoming, passing.body, region);
      const answer = await (this.handle(passing, forward) ?? forward());
      // The work may be done; the answer is lost.
      if (isLost() || response.destroyed) return;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch (error) {
      const body = JSON.stringify({ __type: "ServiceUnavailable", message: String(error) });
      if (!response.destroyed) response.writeHead(503).end(body);
    }
  }

  private read({ headers, method = "GET", url = "/" }: IncomingMessage): Omit<Passing, "body"> {
    // The signature's scope: key, day, region, service.
    const scope = /Credential=[^/]+\/\d+\/([\w-]+)\/([\w-]+)\//.exec(headers.authorization ?? "");
    const [, to = this.region, service = ""] = scope ?? [];
    const operation = String(headers["x-amz-target"] ?? "").split(".")[1] ?? "";
    return { from: this.region, to, service, operation, method, path: url };
  }

  private forward(
    { method, url, headers: { authorization, ...headers } }: IncomingMessage,
    body: Buffer,
    region: string,
  ): Promise<Answer> {
    // The emulator takes the region from the scope, and checks no signature.
    const scoped = authorization?.replace(/(\/\d{8}\/)[\w-]+\//, `$1${region}/`);
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers: { ...headers, ...(scoped === undefined ? {} : { authorization: scoped }) },
        agent: false,
      };
      const outgoing = ask(`${this.emulator}${url}`, options, (answer) => {
        buffer(answer).then((text) => {
          // The body is sent as a whole.
          const headers = { ...answer.headers };
          delete headers["transfer-encoding"];
          delete headers.connection;
          resolve({ status: answer.statusCode ?? 502, headers, body: text });
        }, reject);
      });
      outgoing.on("error", reject).end(body);
    });
  }
}
