import type { Resource } from "../description/lookup";
import type { Mutation } from "../mutation";
import { editing, withProperties } from "./edits";

/** The row is written even if another region has the right by now. */
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

/** An insert that wrote no rows counts as one whose rows already existed. */
export const markOnZeroRows: Mutation = {
  name: "mark on zero rows",
  sources: [
    { file: "lambda/handlers/orderProcessor.ts", from: "if (!held) {", to: "if (false) {" },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "const row = rows.get(orderId);",
      to: "const row = rows.get(orderId) ?? item.fingerprint;",
    },
  ],
};

/** Hints that reach an inactive region stay in its queue and are delivered again. */
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

/** A settled order is reported to its client as REJECTED. */
export const rejectsSettled: Mutation = {
  name: "reject what is settled",
  sources: [
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "else if (row === item.fingerprint) settled.push(item);",
      to: 'else if (row === item.fingerprint) await markRejected(this.runtime, this.table, item, "no reason");',
    },
  ],
};

/** An order that the database refuses counts as invalid and is reported to its client as REJECTED. */
export const rejectsRefused: Mutation = {
  name: "reject what the database refuses",
  sources: [
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "if (part.length === 1) unsettled.push(...this.refused(part));",
      to: "if (part.length === 1) await this.reject(part[0]!);",
    },
  ],
};

/** People are not told that the database refuses an order. */
export const refusalUntold: Mutation = {
  name: "nobody is told of refused orders",
  sources: [
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "unsettled.push(...this.refused(part));",
      to: "unsettled.push(...part);",
    },
  ],
};

/** The row carries another session than its order. */
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

/**
 * A message that failed three times is moved to the dead letters, even if the order was not at
 * fault.
 */
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
