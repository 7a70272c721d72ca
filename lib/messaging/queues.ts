import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  DEAD_LETTER_RETENTION_SECONDS,
  HINT_RETENTION_SECONDS,
  HINT_VISIBILITY_SECONDS,
} from "../platform/tunables";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

/** A region's queues. Both regions' come before any function: order-api hints to the active one. */
export class Queues extends RegionalComponent<RegionalArgs> {
  /** Hints of accepted orders. */
  readonly orders: aws.sqs.Queue;
  /** Orders that can never be stored; order-processor itself writes them here. */
  readonly deadLetters: aws.sqs.Queue;
  /** Events of functions that failed or were not accepted. */
  readonly failures: aws.sqs.Queue;

  constructor(name: string, args: RegionalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Queues", name, args, opts);
    // No redrive: an unavailable database or a broken function is not the order's fault, and what
    // is lost here is still open in the ledger.
    this.orders = this.createQueue("orders", {
      visibilityTimeoutSeconds: HINT_VISIBILITY_SECONDS,
      messageRetentionSeconds: HINT_RETENTION_SECONDS,
    });
    this.deadLetters = this.createQueue("order-dead-letters", {
      messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    });
    this.failures = this.createQueue("function-failures", {
      messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    });
    this.registerOutputs({ ordersQueueUrl: this.orders.url });
  }

  private createQueue(what: string, args: aws.sqs.QueueArgs): aws.sqs.Queue {
    return new aws.sqs.Queue(
      `${this.name}-${what}`,
      { name: this.nameOf("queue", what), sqsManagedSseEnabled: true, ...args },
      this.child,
    );
  }
}
