import type { Resource } from "../description/lookup";
import type { Mutation } from "../mutation";
import { editing, withProperties } from "./edits";

/** The row is written whoever has the right by now. */
export const insertWithoutRight: Mutation = {
  name: "insert without the right",
  sources: [
    {
      file: "lambda/orders/database.ts",
      from: "select epoch from writer_epoch where epoch = $1::integer for share",
      to: "select $1::integer as epoch",
    },
  ],
};

/** An insert that wrote nothing counts as one that found its rows there. */
export const markOnZeroRows: Mutation = {
  name: "mark on zero rows",
  sources: [
    { file: "lambda/handlers/orderProcessor.ts", from: "if (!held) {", to: "if (false) {" },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "if (row === undefined) throw new Error(`${order.orderId} has no row after its insert`);",
      to: "row ??= fingerprint;",
    },
  ],
};

/** Hints that reach a region which is not active stay in its queue and come again. */
export const failuresWhileInactive: Mutation = {
  name: "return failures while inactive",
  sources: [
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "if (control === undefined || !maySettle(control, this.region)) return failures([]);",
      to: "if (control === undefined || !maySettle(control, this.region)) return failures(records.map((record) => record.messageId));",
    },
  ],
};

/** An order is settled, and its client reads REJECTED. */
export const rejectsSettled: Mutation = {
  name: "reject what is settled",
  sources: [
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "await markSettled(this.runtime, this.table, order.orderId, epoch);",
      to: 'await markRejected(this.runtime, this.table, hint.stored, "no reason");',
    },
  ],
};

/** The row is of another session than the order. */
export const altersSession: Mutation = {
  name: "write another session",
  sources: [
    {
      file: "lambda/orders/database.ts",
      from: "= order[field] ?? null;",
      to: '= order[field === "sessionId" ? "accountId" : field] ?? null;',
    },
  ],
};

const RECEIVES_MAX = 3;

/** What was received three times in vain is dead, be the fault the order's or not. */
export const redriveByReceiveCount: Mutation = {
  name: "redrive by receive count",
  edits: "queues-*-orders",
  program: (resources) =>
    editing(
      "queue of orders",
      ({ type, name }) => type === "aws:sqs/queue:Queue" && /-orders$/.test(name),
      (queue) =>
        withProperties(queue, {
          redrivePolicy: JSON.stringify({
            deadLetterTargetArn: deadLettersOf(queue, resources),
            maxReceiveCount: RECEIVES_MAX,
          }),
        }),
    )(resources),
};

function deadLettersOf({ region }: Resource, resources: readonly Resource[]): unknown {
  const queue = resources.find(
    (each) =>
      each.type === "aws:sqs/queue:Queue" &&
      each.region === region &&
      /-order-dead-letters$/.test(each.name),
  );
  if (queue === undefined) throw new Error(`mutation: no dead letters in ${region}`);
  return queue.state["arn"];
}
