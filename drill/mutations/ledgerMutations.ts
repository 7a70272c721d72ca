import type { Mutation } from "../mutation";

/** An order is closed as soon as it is settled, before the other region has seen its row. */
export const closeOnSettlement: Mutation = {
  name: "close on settlement",
  sources: [
    {
      file: "lambda/orders/ledgerStatements.ts",
      from: 'SET "settledEpoch" = ? WHERE',
      to: 'SET "shard" = ? SET "settledEpoch" = ? WHERE',
    },
    {
      file: "lambda/orders/ledgerStatements.ts",
      from: "parameters: [epoch, pk, fingerprint] }",
      to: 'parameters: ["closed#0", epoch, pk, fingerprint] }',
    },
    {
      file: "lambda/orders/ledgerStatements.ts",
      from: "parameters: [epoch, pk, fingerprint, epoch] }",
      to: 'parameters: ["closed#0", epoch, pk, fingerprint, epoch] }',
    },
  ],
};

/** A region closes every order that it finds in its own database, even in a discarded volume. */
export const closeWithoutEpochTest: Mutation = {
  name: "close without the epoch test",
  sources: [
    {
      file: "lambda/control/rules.ts",
      from: "control.active !== region && localEpoch === control.epoch;",
      to: "control.active !== region;",
    },
  ],
};

/** Waiting orders are queued by the next minute's sweep instead of at the activation. */
export const noSweepAtActivation: Mutation = {
  name: "no sweep at activation",
  sources: [
    {
      file: "lambda/handlers/failoverOrchestrator.ts",
      from: "return act.sweep(runtime, control, action.region);",
      to: "return;",
    },
  ],
};

/** The minute's sweep closes orders but leaves waiting ones to the next activation. */
export const noSweepOfTheMinute: Mutation = {
  name: "orders re-queued at activation alone",
  sources: [
    {
      file: "lambda/handlers/settlementSweep.ts",
      from: "this.isActivation || !(await this.attempt(true, () => this.queueIsDeep()));",
      to: "this.isActivation && (await this.queueIsDeep()) !== undefined;",
    },
  ],
};

/** The control item is read from the region's own replica, which may be out of date. */
export const eventualControl: Mutation = {
  name: "eventual read of the control item",
  sources: [
    {
      file: "lambda/control/controlItem.ts",
      from: 'import { PutCommand } from "@aws-sdk/lib-dynamodb";',
      to: 'import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";',
    },
    {
      file: "lambda/control/controlItem.ts",
      from: "const item = await readItem<unknown>(runtime, table, CONTROL_KEY);",
      to: `const item = await within(runtime.clock, OBSERVE_TIMEOUT_MS, "ledger read of control", (abortSignal) =>
        runtime.dynamodb.send(
          new GetCommand({ TableName: table, Key: { pk: CONTROL_KEY }, ConsistentRead: false }),
          { abortSignal },
        ),
      ).then(({ Item }) => Item);`,
    },
    {
      file: "lambda/runtime/ledger.ts",
      from: "RequestItems: { [table]: { Keys, ConsistentRead: true } }",
      to: 'RequestItems: { [table]: { Keys, ConsistentRead: !asked.includes("control") } }',
    },
  ],
};

/** The last writer wins: two orchestrators overwrite one another's control item. */
export const unconditionalControl: Mutation = {
  name: "unconditional writes of the control item",
  sources: [
    {
      file: "lambda/control/controlItem.ts",
      from: `ConditionExpression: "version = :before",
    ExpressionAttributeValues: { ":before": next.version - 1 },`,
      to: "",
    },
  ],
};

/** The client gets 202 before the ledger has answered. */
export const acknowledgeBeforeLedger: Mutation = {
  name: "acknowledge before the ledger",
  sources: [
    {
      file: "lambda/handlers/orderApi.ts",
      from: "existing = await acceptOrder(runtime, table, stored);",
      to: 'existing = "stored"; void acceptOrder(runtime, table, stored).catch(() => undefined);',
    },
  ],
};

/**
 * Every open order counts as waiting, including a settled one that the other region has not seen
 * yet.
 */
export const openCountsAsWaiting: Mutation = {
  name: "open counts as waiting",
  sources: [
    {
      file: "lambda/control/rules.ts",
      from: "return settledEpoch !== control.epoch;",
      to: "return true;",
    },
  ],
};

/**
 * An order that is marked in any epoch counts as settled, although a later epoch may have to settle
 * it again.
 */
export const markedOnceForAll: Mutation = {
  name: "marked once for all",
  sources: [
    {
      file: "lambda/control/rules.ts",
      from: "return settledEpoch !== control.epoch;",
      to: "return settledEpoch === undefined && control.epoch > 0;",
    },
  ],
};

/** The sweep sends its hints to the queue of orders just accepted, which then wait behind them. */
export const backlogAmongFresh: Mutation = {
  name: "backlog among new orders",
  sources: [
    {
      file: "lambda/handlers/settlementSweep.ts",
      from: "{ region, queueUrl: queues.backlog },",
      to: "{ region, queueUrl: queues.orders },",
    },
  ],
};

/** The sweep adds hints to a queue however many it already holds. */
export const noDepthLimit: Mutation = {
  name: "sweep without a depth limit",
  sources: [
    {
      file: "lambda/orders/tunables.ts",
      from: "export const SWEEP_QUEUE_DEPTH_MAX = 500;",
      to: "export const SWEEP_QUEUE_DEPTH_MAX = Infinity;",
    },
  ],
};
