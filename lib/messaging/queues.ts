import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  DEAD_LETTER_RETENTION_SECONDS,
  HINT_RETENTION_SECONDS,
  HINT_VISIBILITY_SECONDS,
} from "../platform/tunables";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

/**
 * A region's queues. Those of both regions exist before any function: order-api sends hints to the
 * active region.
 */
export class Queues extends RegionalComponent<RegionalArgs> {
  /** Hints of accepted orders. */
  readonly orders: aws.sqs.Queue;
  /** Hints of orders that the sweep re-queues, apart so that fresh orders do not wait behind them. */
  readonly backlog: aws.sqs.Queue;
  /** Orders that can never be stored. The handler of order-processor sends them. */
  readonly deadLetters: aws.sqs.Queue;
  /** Events that a function failed on or did not accept. */
  readonly failures: aws.sqs.Queue;
  readonly all: Readonly<Record<"orders" | "backlog" | "deadLetters" | "failures", aws.sqs.Queue>>;

  constructor(name: string, args: RegionalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Queues", name, args, opts);
    // No redrive policy: an unavailable database or a broken function is not the order's fault, and
    // an order whose hint is lost is still open in the ledger.
    const hints = {
      visibilityTimeoutSeconds: HINT_VISIBILITY_SECONDS,
      messageRetentionSeconds: HINT_RETENTION_SECONDS,
    };
    this.orders = this.createQueue("orders", hints);
    this.backlog = this.createQueue("backlog", hints);
    this.deadLetters = this.createQueue("order-dead-letters", {
      messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    });
    this.failures = this.createQueue("function-failures", {
      messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    });
    const { orders, backlog, deadLetters, failures } = this;
    this.all = { orders, backlog, deadLetters, failures };
    this.registerOutputs({ ordersQueueUrl: this.orders.url });
  }

  private createQueue(what: string, args: aws.sqs.QueueArgs): aws.sqs.Queue {
    const { platform, region } = this.args;
    const encryption = platform.keys
      ? { kmsMasterKeyId: platform.keys[region.key].data }
      : { sqsManagedSseEnabled: true };
    return new aws.sqs.Queue(
      `${this.name}-${what}`,
      { name: this.nameOf("queue", what), ...encryption, ...args },
      this.child,
    );
  }
}
