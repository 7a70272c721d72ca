import { randomUUID } from "node:crypto";
import { HOME, STANDBY } from "../harness/live";
import type { Placed } from "../load/clients";
import { type Polling, planOf } from "../throughput/plan";
import type { World } from "./world";

const CLIENTS = 4;
const IDLE_MS = 20;
/** Messages of a batch that was not answered are delivered again after this time. */
const VISIBILITY_MS = 500;
const SWEEP_EVERY_MS = 300;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Clients, queues and the schedule of the sweep, as long as a round lasts. */
export class Traffic {
  /** What clients have sent, and were told. */
  readonly placed: Placed[] = [];
  /** Called when a batch of fresh orders begins. */
  onBatch: (region: string) => void = () => {};
  private isPlacing = true;
  private isOver = false;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly world: World,
    private readonly round: number,
  ) {
    const { fresh, backlog } = planOf(world.live.program);
    const processors = [HOME, STANDBY].flatMap((region) =>
      [fresh, backlog].map(({ queue, ...polling }, number) =>
        this.settle(region, { ...polling, queue: inRegion(queue, region) }, number),
      ),
    );
    const clients = Array.from({ length: CLIENTS }, (_, number) => this.place(number));
    this.loops = [...processors, ...clients, this.sweep()];
  }

  /** Orders that have no acknowledgement. */
  get unacknowledged(): number {
    return this.placed.filter(({ acceptedMs }) => acceptedMs === undefined).length;
  }

  /** No order is sent any more. */
  stopPlacing(): void {
    this.isPlacing = false;
  }

  async stop(): Promise<void> {
    this.isPlacing = false;
    this.isOver = true;
    await Promise.all(this.loops);
  }

  /** One client: repeats an order, in the other region too, until it is acknowledged. */
  private async place(number: number): Promise<void> {
    let region = HOME;
    while (this.isPlacing) {
      const placed = newPlaced(this.round);
      this.placed.push(placed);
      while (this.isPlacing && placed.acceptedMs === undefined) {
        placed.tries++;
        if (await this.isAccepted(placed, region, number)) {
          placed.acceptedMs = Date.now();
          placed.acceptedIn = region;
        } else {
          region = region === HOME ? STANDBY : HOME;
          await wait(IDLE_MS);
        }
      }
    }
  }

  private async isAccepted(placed: Placed, region: string, number: number): Promise<boolean> {
    if (this.world.cut.has(region)) return false;
    const { order } = placed;
    const outcome = await this.world.invoke(
      "orderApi",
      region,
      {
        httpMethod: "POST",
        body: JSON.stringify(order),
        requestContext: { authorizer: { accountId: order.accountId } },
      },
      number,
    );
    // An answer from a region that was cut meanwhile never arrives.
    if (outcome.kind !== "answered" || this.world.cut.has(region)) return false;
    return (outcome.result as { statusCode: number }).statusCode === 202;
  }

  /** Lambda polls a queue for one order-processor. */
  private async settle(region: string, polling: Polling, number: number): Promise<void> {
    const { queues } = this.world.live;
    while (!this.isOver) {
      const bodies = this.world.cut.has(region)
        ? []
        : queues.bodies(polling.queue).splice(0, polling.batchSize);
      if (bodies.length === 0) {
        await wait(IDLE_MS);
        continue;
      }
      const failed = await this.failedOf(region, bodies, number);
      if (failed.length === 0) continue;
      await wait(VISIBILITY_MS);
      queues.bodies(polling.queue).push(...failed);
    }
  }

  private async failedOf(region: string, bodies: string[], number: number): Promise<string[]> {
    const Records = bodies.map((body, n) => ({ messageId: String(n), body }));
    const running = this.world.invoke("orderProcessor", region, { Records }, number);
    if (number === 0) this.onBatch(region);
    const outcome = await running;
    if (outcome.kind !== "answered") return bodies;
    const { batchItemFailures } = outcome.result as {
      batchItemFailures: { itemIdentifier: string }[];
    };
    return batchItemFailures.map(({ itemIdentifier }) => bodies[Number(itemIdentifier)]!);
  }

  private async sweep(): Promise<void> {
    while (!this.isOver) {
      await this.world.invoke("settlementSweep", STANDBY, { trigger: "schedule" });
      await wait(SWEEP_EVERY_MS);
    }
  }
}

/** Each order has a session of its own, so that a second row of it would be seen. */
function newPlaced(round: number): Placed {
  const orderId = randomUUID();
  const order = {
    orderId,
    accountId: `kill-${round}`,
    sessionId: orderId,
    symbol: "ACME",
    side: "BUY" as const,
    quantity: "1",
  };
  return { order, sentMs: Date.now(), tries: 0 };
}

/** The queue of the same purpose in a region. */
function inRegion(queue: string, region: string): string {
  return region === HOME ? queue.replace(/-use2\b/, "-use1") : queue;
}
