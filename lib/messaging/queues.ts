import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  DEAD_LETTER_RETENTION_SECONDS,
  HINT_RETENTION_SECONDS,
  HINT_VISIBILITY_SECONDS,
} from "../platform/tunables";
import type { Platform, Region } from "../platform/platform";

export interface QueuesArgs {
  readonly platform: Platform;
  readonly region: Region;
}

/** A region's queues. Both regions' come before any function: order-api hints to the active one. */
export class Queues extends pulumi.ComponentResource {
  /** Hints of accepted orders. */
  readonly orders: aws.sqs.Queue;
  /** Orders that can never be stored; order-processor itself writes them here. */
  readonly deadLetters: aws.sqs.Queue;
  /** Events of functions that failed or were not accepted. */
  readonly failures: aws.sqs.Queue;

  constructor(
    private readonly name: string,
    private readonly args: QueuesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:Queues", name, {}, opts);
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
    const { platform, region } = this.args;
    return new aws.sqs.Queue(
      `${this.name}-${what}`,
      { name: platform.nameOf("queue", what, region), sqsManagedSseEnabled: true, ...args },
      { parent: this, provider: region.provider },
    );
  }
}
