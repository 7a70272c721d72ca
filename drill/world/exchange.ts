import type { HttpAnswer, HttpRequest } from "../shipped";
import type { ApiDescription, RouteDescription } from "../description/apis";
import type { Cancel } from "../../support/simulation/simulation";
import type { Base } from "./base";
import type { Place } from "./network";

/** What a URL asks of an API. */
export interface Call {
  api: ApiDescription;
  route: RouteDescription;
  path: string;
  queryParameters: Record<string, string> | null;
  pathParameters: Record<string, string> | null;
}

/** Where a URL leads with one method: to an API, and to one of its routes where it has it. */
export interface Destination {
  api: ApiDescription;
  call: Call | undefined;
}

/** One request at an API and the answer to it, of which there is one at most. */
export class Exchange {
  private given: HttpAnswer | undefined;
  private cancelTimeout: Cancel | undefined;

  /**
   * @param answer never called where no answer comes back
   * @param answered told of the answer before
   */
  constructor(
    private readonly base: Base,
    readonly from: Place,
    readonly request: HttpRequest,
    readonly destination: Destination,
    private readonly answer: (answer: HttpAnswer) => void,
    private readonly answered: ((answer: HttpAnswer) => void) | undefined,
  ) {}

  get region(): string {
    return this.destination.api.region;
  }

  /** On its way in either direction. */
  drawTravelMs(): number {
    return this.base.draw(this.from === this.region ? "apiGatewayMs" : "internetMs");
  }

  /** Answers instead of the integration once it has taken this long. */
  limit(timeoutMs: number): void {
    this.cancelTimeout = this.base.simulation.after(timeoutMs, () =>
      this.back(504, '{"message":"Endpoint request timed out"}'),
    );
  }

  /** Sends an answer back, unless there has been one. */
  back(status: number, body: string): void {
    if (this.given !== undefined) return;
    this.cancelTimeout?.();
    this.given = { status, body };
    this.base.simulation.after(this.drawTravelMs(), () => this.arrive());
  }

  private arrive(): void {
    if (!this.base.network.converses(this.from, this.region)) return;
    this.answered?.(this.given!);
    this.answer(this.given!);
  }
}
