import type { CapturedResource } from "../../support/capture/capture";
import type { ResourceEdit } from "../mutations/edits";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { play } from "./playing/client";
import type { Answer, Request } from "./playing/edited";

/**
 * One changed property of a resource, and what the outage then shows compared with the original.
 */
interface Row {
  property: string;
  edits: readonly ResourceEdit[];
  request?: Partial<Request>;
  shows: (changed: Answer, unharmed: Answer) => void;
}

const brokenNames = (answer: Answer): string[] => answer.broken.map(({ name }) => name);

const neverSettles = (changed: Answer): void => {
  expect(changed.settled.seconds).toBeNull();
  expect(brokenNames(changed)).toContain("orders settle again in time");
};

const acceptedLater = (changed: Answer, unharmed: Answer): void => {
  expect(unharmed.broken).toEqual([]);
  expect(changed.accepted.seconds ?? Infinity).toBeGreaterThan(unharmed.accepted.seconds! + 15);
};

const moment = (answer: Answer, text: string): number =>
  answer.timeline.find((each) => each.seconds >= 0 && each.text.includes(text))?.seconds ??
  Infinity;

const edit = (type: string, name: string, set: Record<string, unknown>): ResourceEdit => ({
  type,
  name,
  set,
});
const without = (type: string, name: string): ResourceEdit => ({ type, name, remove: true });

const record = "aws:route53/record:Record";
const healthCheck = "aws:route53/healthCheck:HealthCheck";
const queue = "aws:sqs/queue:Queue";
const eventSource = "aws:lambda/eventSourceMapping:EventSourceMapping";
const lambdaFunction = "aws:lambda/function:Function";

function rows(resources: readonly CapturedResource[]): Row[] {
  /** A role's policy without one statement. */
  const withoutStatement = (name: string, sid: string): ResourceEdit => {
    const type = "aws:iam/rolePolicy:RolePolicy";
    const found = resources.find((each) => each.type === type && each.name === name);
    const policy = JSON.parse(String(found?.state["policy"])) as { Statement: { Sid: string }[] };
    const Statement = policy.Statement.filter((statement) => statement.Sid !== sid);
    expect(Statement).toHaveLength(policy.Statement.length - 1);
    return edit(type, name, { policy: JSON.stringify({ ...policy, Statement }) });
  };
  return [
    {
      property: "TTL of a record",
      edits: [
        edit(record, "route53-use1", { ttl: 300 }),
        edit(record, "route53-use2", { ttl: 300 }),
      ],
      shows: acceptedLater,
    },
    {
      property: "failure threshold of health checks",
      edits: ["route53-home", "route53-latch"].map((name) =>
        edit(healthCheck, name, { failureThreshold: 9 }),
      ),
      shows: acceptedLater,
    },
    {
      property: "interval of health checks",
      edits: [
        edit(healthCheck, "route53-home", { requestInterval: 10, failureThreshold: 1 }),
        edit(healthCheck, "route53-latch", { requestInterval: 10, failureThreshold: 1 }),
      ],
      shows: (changed, unharmed) => {
        expect(moment(changed, "DNS answers")).toBeLessThan(moment(unharmed, "DNS answers") - 15);
      },
    },
    {
      property: "inversion of a health check",
      edits: [edit(healthCheck, "route53-latch", { invertHealthcheck: false })],
      request: { fault: "none" },
      shows: (changed) => {
        expect(brokenNames(changed)).toContain(
          "one region is active after healing, and DNS leads there",
        );
      },
    },
    {
      property: "children needed by a calculated health check",
      edits: [edit(healthCheck, "route53-in-service", { childHealthThreshold: 0 })],
      shows: (changed) => {
        expect(moment(changed, "DNS answers us-east-2")).toBe(Infinity);
        expect(changed.accepted.seconds).toBeNull();
      },
    },
    {
      property: "path of a health check",
      edits: [edit(healthCheck, "route53-home", { resourcePath: "/v1/nowhere" })],
      request: { fault: "none" },
      shows: (changed) => {
        expect(brokenNames(changed)).toContain(
          "one region is active after healing, and DNS leads there",
        );
      },
    },
    {
      property: "a schedule",
      edits: ["failover-sentinel", "failover-tick"].map((name) =>
        edit("aws:cloudwatch/eventRule:EventRule", name, {
          scheduleExpression: "rate(7 minutes)",
        }),
      ),
      shows: (changed, unharmed) => {
        expect(moment(changed, "fence")).toBeGreaterThan(moment(unharmed, "fence") + 30);
      },
    },
    {
      property: "permission of a schedule to invoke",
      edits: [
        without("aws:lambda/permission:Permission", "failover-tick"),
        without("aws:lambda/permission:Permission", "failover-sentinel"),
      ],
      shows: (changed, unharmed) => {
        expect(moment(changed, "fence")).toBe(Infinity);
        expect(moment(unharmed, "fence")).toBeLessThan(40);
        expect(changed.denied.join()).toContain("lambda:InvokeFunction by events.amazonaws.com");
      },
    },
    {
      property: "a statement of a role's policy",
      edits: [withoutStatement("failoverOrchestrator-use2", "MoveDatabase")],
      shows: (changed) => {
        neverSettles(changed);
        expect(changed.denied.join()).toContain("rds:FailoverGlobalCluster");
      },
    },
    {
      property: "timeout of a function",
      edits: [edit(lambdaFunction, "orderProcessor-use2", { timeout: 0.01 })],
      shows: neverSettles,
    },
    {
      property: "reserved concurrency",
      edits: [edit(lambdaFunction, "orderApi-use2", { reservedConcurrentExecutions: 0 })],
      shows: (changed) => expect(changed.accepted.seconds).toBeNull(),
    },
    {
      property: "an environment variable",
      edits: [edit(lambdaFunction, "orderProcessor-use2", { environment: { variables: {} } })],
      shows: neverSettles,
    },
    {
      property: "an event source that is switched off",
      edits: [edit(eventSource, "functions-use2-orders", { enabled: false })],
      shows: neverSettles,
    },
    {
      property: "batch size of an event source",
      edits: [edit(eventSource, "functions-use2-orders", { batchSize: 1 })],
      shows: (changed, unharmed) => {
        expect(changed.settled.seconds).not.toBeNull();
        expect(changed.traceHash).not.toBe(unharmed.traceHash);
      },
    },
    {
      property: "visibility below the function's timeout",
      edits: [edit(queue, "queues-use2-orders", { visibilityTimeoutSeconds: 5 })],
      shows: neverSettles,
    },
    {
      property: "retention of a queue",
      edits: [edit(queue, "queues-use2-orders", { messageRetentionSeconds: 0 })],
      shows: neverSettles,
    },
    {
      property: "redrive of a queue",
      edits: [
        edit(queue, "queues-use2-orders", {
          redrivePolicy: JSON.stringify({
            deadLetterTargetArn: "arn:aws:sqs:us-east-2:123456789012:dev-order-dead-letters-use2",
            maxReceiveCount: 0,
          }),
        }),
      ],
      shows: neverSettles,
    },
    {
      property: "a VPC endpoint",
      edits: [without("aws:ec2/vpcEndpoint:VpcEndpoint", "network-use2-dynamodb")],
      shows: neverSettles,
    },
    {
      property: "sign-in with IAM tokens",
      edits: [
        edit("aws:rds/cluster:Cluster", "aurora-use2", { iamDatabaseAuthenticationEnabled: false }),
      ],
      shows: neverSettles,
    },
    {
      property: "instances of the standby cluster",
      edits: ["aurora-use2-0", "aurora-use2-1"].map((name) =>
        without("aws:rds/clusterInstance:ClusterInstance", name),
      ),
      shows: (changed) => {
        neverSettles(changed);
        expect(changed.promotionSeconds).toEqual([]);
      },
    },
    {
      property: "consistency of the ledger",
      edits: [
        edit("aws:dynamodb/table:Table", "dynamodb-ledger", {
          globalTableWitness: undefined,
          replicas: [{ regionName: "us-east-2" }],
        }),
      ],
      request: { lagMs: 30_000 },
      shows: (changed) => {
        expect(brokenNames(changed)).toContain("no acknowledged order is missing");
      },
    },
    {
      property: "throttle of the API",
      edits: [
        edit("aws:apigateway/methodSettings:MethodSettings", "api-use2-orders", {
          settings: { throttlingRateLimit: 0, throttlingBurstLimit: 0 },
        }),
      ],
      shows: (changed) => expect(changed.accepted.seconds).toBeNull(),
    },
    {
      property: "permission of an API to invoke",
      edits: [without("aws:lambda/permission:Permission", "api-use2-placeOrder")],
      shows: (changed) => expect(changed.accepted.seconds).toBeNull(),
    },
  ];
}

const played = new Map<string, { row: Row; answer: Answer }>();
let unharmed: Answer;

beforeAll(async () => {
  const playRow = async (row: Row): Promise<void> => {
    const { property, edits, request } = row;
    const answer = await play("edited", { seed: "3", edits, healMs: 0, ...request });
    played.set(property, { row, answer });
  };
  const asked = rows((await cachedCapture()).resources);
  [unharmed] = await Promise.all([play("edited", { seed: "3" }), ...asked.map(playRow)]);
}, 180_000);

it("the unharmed program breaks no promise", () => expect(unharmed.broken).toEqual([]));

test.each(propertyNames())("changes what happens: %s", (property) => {
  const { row, answer } = played.get(property)!;
  row.shows(answer, unharmed);
});

/** Jest needs the names before the program is captured; the rows need its policies. */
function propertyNames(): string[] {
  const policy = JSON.stringify({ Statement: [{ Sid: "MoveDatabase" }] });
  const stand = {
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "failoverOrchestrator-use2",
    state: { policy },
  };
  return rows([stand as unknown as CapturedResource]).map(({ property }) => property);
}
