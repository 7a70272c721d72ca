import { randomUUID } from "node:crypto";
import { sleep } from "../../../lambda/runtime/clock";
import { canaryOrderBody } from "../../../lambda/orders/canaryOrders";
import { ORDERS_SEEN_MAX } from "../../../lambda/runtime/events";
import type { DeployedRegion, Deployment } from "../deployment";
import { fact } from "../fact";
import { seenIn } from "../seen";
import { canaryToken } from "../tokens";
import type { Tools } from "../tools";

const POLL_MS = 5_000;

/** Places canary orders during an experiment, and looks for the acknowledged ones afterwards. */
export class Clients {
  private readonly ids: string[] = [];
  /** Orders that neither region accepted. Nobody was told that they are safe. */
  refused = 0;

  private constructor(
    private readonly tools: Tools,
    private readonly regions: readonly DeployedRegion[],
    private readonly headers: Record<string, string>,
  ) {}

  /** The token is signed before the fault and is valid for an hour. */
  static async create(tools: Tools, deployment: Deployment): Promise<Clients> {
    const { home, standby } = deployment.regions;
    const token = await canaryToken(tools, deployment, standby.name);
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    return new Clients(tools, [home, standby], headers);
  }

  /** Orders that were acknowledged with 202. */
  get acknowledged(): number {
    return this.ids.length;
  }

  /** Places an order as a client does: with the same id in the other region if one refuses. */
  async place(): Promise<void> {
    const orderId = randomUUID();
    const body = canaryOrderBody(orderId);
    for (const { apiUrl } of this.regions) {
      const request = {
        method: "POST",
        url: `${apiUrl}/orders`,
        headers: this.headers,
        body,
      } as const;
      const answer = await fact(() => this.tools.http(request));
      if ("value" in answer && answer.value.status === 202) return void this.ids.push(orderId);
    }
    this.refused++;
  }

  /**
   * Waits until a region's database has all acknowledged orders.
   * @returns those that it does not have when the time is over.
   */
  async missingIn(region: DeployedRegion, patienceMs: number): Promise<string[]> {
    const { clock } = this.tools;
    const deadlineMs = clock.nowMs() + patienceMs;
    for (let missing = this.ids; ; await sleep(clock, POLL_MS)) {
      missing = await this.notSeen(region, missing);
      if (missing.length === 0 || clock.nowMs() >= deadlineMs) return missing;
    }
  }

  private async notSeen(region: DeployedRegion, ids: readonly string[]): Promise<string[]> {
    const missing: string[] = [];
    for (let from = 0; from < ids.length; from += ORDERS_SEEN_MAX) {
      const page = ids.slice(from, from + ORDERS_SEEN_MAX);
      const seen = await seenIn(this.tools, region, page);
      missing.push(...page.filter((id) => !seen.has(id)));
    }
    return missing;
  }
}
