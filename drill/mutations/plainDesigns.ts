import { type Mutation, combined } from "../mutation";
import { noLatch } from "./dnsMutations";
import { editing, withProperties } from "./edits";
import { noSweepAtActivation } from "./ledgerMutations";
import { failoverAtHome, slowComposite } from "./programMutations";

/** An order is acknowledged when it is in this region's queue, and is stored nowhere else. */
const queueAlone: Mutation = {
  name: "acknowledge when queued",
  sources: [
    {
      file: "lambda/handlers/orderApi.ts",
      from: "existing = await acceptOrder(runtime, table, stored);",
      to: "existing = await this.enqueue(stored);",
    },
    {
      file: "lambda/handlers/orderApi.ts",
      from: 'const hint = existing === "stored" ? this.hint(orderId, control) : undefined;',
      to: "const hint = undefined;",
    },
    {
      file: "lambda/handlers/orderApi.ts",
      from: "  private async hint(orderId: string,",
      to: `  private async enqueue(stored: OrderItem): Promise<"stored"> {
        const message = { QueueUrl: this.queueUrls.get(this.region)!, MessageBody: JSON.stringify(stored) };
        await this.runtime.sqs(this.region).send(new SendMessageCommand(message));
        return "stored";
      }

      private async hint(orderId: string,`,
    },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "const hints = new Map(records.map(({ messageId, body }) => [messageId, parseHint(body)]));",
      to: `const queued = records.map(({ body }) => JSON.parse(body));
      const hints = new Map(records.map(({ messageId }, n) => [messageId, [queued[n].order.orderId]]));
      this.queued = new Map(queued.map((each) => [each.order.orderId, each]));`,
    },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "this.settleAll(control, ordersOf(read)),",
      to: `this.settleAll(control, {
        items: [...this.queued.values()].map((each) => ({ ...each, shard: "open#0", at: each.acceptedAt })),
        malformed: [],
        unread: [],
      }),`,
    },
  ],
};

/**
 * Each region settles the hints in its own queue whenever its database accepts the rows, and marks
 * the orders as done.
 */
const settleAnywhere: Mutation = {
  name: "settle wherever the database lets it",
  sources: [
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "return { control: controlOf(this.runtime, read), read };",
      to: "return { control: { epoch: 1 }, read };",
    },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: "if (control === undefined || !maySettle(control, this.region)) return failures([]);",
      to: "",
    },
    {
      file: "lambda/orders/database.ts",
      from: "select epoch from writer_epoch where epoch = $1::integer for share",
      to: "select epoch from writer_epoch where $1::integer > 0",
    },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: 'import { archiveBatch } from "../orders/archive";',
      to: `import { archiveBatch } from "../orders/archive";
      import { updateItem } from "../runtime/ledger";`,
    },
    {
      file: "lambda/handlers/orderProcessor.ts",
      from: 'const outcomes = await executeStatements(this.runtime, "marking", statements);',
      to: `const done = items.map(({ order }) =>
        updateItem(this.runtime, this.table, "order#" + order.orderId, OBSERVE_TIMEOUT_MS, {
          UpdateExpression: "SET settledEpoch = :epoch, #shard = :closed",
          ConditionExpression: "attribute_not_exists(settledEpoch) OR settledEpoch <= :epoch",
          ExpressionAttributeNames: { "#shard": "shard" },
          ExpressionAttributeValues: { ":epoch": epoch, ":closed": "closed#0" },
        }));
      await Promise.all(done);
      const outcomes = statements.map(() => "done" as const);`,
    },
  ],
};

const QUEUE_KEPT_SECONDS = 345_600;

/** Only the message can settle an order. The queue keeps it for SQS's default of four days. */
const noSweep: Mutation = {
  name: "no sweep",
  edits: "functions-*-sweep, queues-*-orders",
  program: (resources) => {
    const unscheduled = editing(
      "schedule of the sweep",
      ({ type, name }) =>
        type === "aws:cloudwatch/eventRule:EventRule" && /^functions-.*-sweep$/.test(name),
      (rule) => withProperties(rule, { state: "DISABLED" }),
    )(resources);
    return editing(
      "queue of orders",
      ({ type, name }) => type === "aws:sqs/queue:Queue" && /-orders$/.test(name),
      (queue) => withProperties(queue, { messageRetentionSeconds: QUEUE_KEPT_SECONDS }),
    )(unscheduled);
  },
};

/**
 * Only alarms start the orchestrator, and it trusts them without evidence from a ledger. The
 * sentinel publishes its metrics, and the tick continues a failover that has begun.
 */
const alarmsAlone: Mutation = {
  name: "alarms alone wake the orchestrator",
  sources: [
    {
      file: "lambda/handlers/sentinel.ts",
      from: "const because = reasonToInvoke(finding, probes, home, clock.nowMs());",
      to: "const because = null;",
    },
    {
      file: "lambda/failover/decide.ts",
      from: "if (self !== standby || control.active !== home) return null;",
      to: "if (observation.isTick || control.active !== home) return null;",
    },
    {
      file: "lambda/failover/decide.ts",
      from: "const sign = signOf(control, evidence, nowMs);",
      to: 'const sign = "the alarm";',
    },
  ],
  edits: "monitoring-use1-home-not-serving",
  // An alarm on settled orders replaces AWS's own writer alarm, which is not modelled.
  program: editing(
    "composite of home's alarms",
    ({ type, name }) =>
      type === "aws:cloudwatch/compositeAlarm:CompositeAlarm" &&
      name === "monitoring-use1-home-not-serving",
    (composite) => withProperties(composite, { alarmRule: 'ALARM("dev-settling-silent-use1")' }),
  ),
};

/** The health check covers the API only, without ledger and epoch. */
const healthOfTheApi: Mutation = {
  name: "health of the API alone",
  edits: "route53-home",
  sources: [
    {
      file: "lambda/handlers/health.ts",
      from: 'if (present === null) return answer(503, { region, ledger: "unreachable" });',
      to: "",
    },
  ],
  program: editing(
    "health check of home",
    ({ type, name }) => type === "aws:route53/healthCheck:HealthCheck" && name === "route53-home",
    (check) => withProperties(check, { resourcePath: "/v1/health" }),
  ),
};

const common = [
  slowComposite,
  alarmsAlone,
  queueAlone,
  settleAnywhere,
  noSweep,
  noSweepAtActivation,
  healthOfTheApi,
  noLatch,
];

/**
 * A common design: alarms that take minutes, a queue as the only copy of an order, health checks
 * for DNS.
 */
export const seedInStandby = combined("seed-in-standby", common);

/** The same design, with detection and orchestration in the region that is lost. */
export const plain = combined("plain", [...common, failoverAtHome]);
