import type { HttpAnswer, HttpRequest } from "../shipped";
import type { ApiDescription, RouteDescription } from "../description/apis";
import type { Cancel } from "../../support/simulation/simulation";
import type { Base } from "./base";
import type { Place } from "./network";

/** A request to an API, derived from its URL. */
export interface Call {
  api: ApiDescription;
  route: RouteDescription;
  path: string;
  queryParameters: Record<string, string> | null;
  pathParameters: Record<string, string> | null;
}

/** Where a URL and a method lead: to an API and, if there is one, to a route. */
export interface Destination {
  api: ApiDescription;
  call: Call | undefined;
}

/** Requests of a route that were answered, and those of them with 5xx. */
export interface RouteCounts {
  requests: number;
  failures: number;
}

/** One request to an API. It is answered at most once. */
export class Exchange {
  private given: HttpAnswer | undefined;
  private cancelTimeout: Cancel | undefined;

  /** @param answer never called if no answer comes back @param answered called before `answer` */
  constructor(
    private readonly base: Base,
    readonly from: Place,
    readonly request: HttpRequest,
    readonly destination: Destination,
    private readonly answer: (answer: HttpAnswer) => void,
    private readonly answered: ((answer: HttpAnswer) => void) | undefined,
    private readonly counts: RouteCounts | undefined,
  ) {}

  get region(): string {
    return this.destination.api.region;
  }

  /** The travel time of a request or an answer. */
  drawTravelMs(): number {
    return this.base.draw(this.from === this.region ? "apiGatewayMs" : "internetMs");
  }

  /** Answers with a timeout once the integration has taken this long. */
  limit(timeoutMs: number): void {
    this.cancelTimeout = this.base.simulation.after(timeoutMs, () =>
      this.back(504, '{"message":"Endpoint request timed out"}'),
    );
  }

  /** Sends an answer back, unless one was sent before. */
  back(status: number, body: string): void {
    if (this.given !== undefined) return;
    this.cancelTimeout?.();
    this.given = { status, body };
    if (this.counts !== undefined) {
      this.counts.requests++;
      if (status >= 500) this.counts.failures++;
    }
    this.base.simulation.after(this.drawTravelMs(), () => this.arrive());
  }

  private arrive(): void {
    if (!this.base.network.converses(this.from, this.region)) return;
    this.answered?.(this.given!);
    this.answer(this.given!);
  }
}
