import { createLog, describe as describeError } from "../../../lambda/runtime/log";
import { databaseError, serviceError } from "../../../support/aws/errors";
import { FakeWorld, STANDBY } from "../../helpers/fakeRuntime";

const world = new FakeWorld();
const log = createLog(world.runtime(STANDBY), "order-api");
const origin = { source: "order-api", region: STANDBY };

beforeEach(() => {
  world.lines.length = 0;
});

it("a line is JSON with its level, source, region and fields", () => {
  log.info("settled", { orderId: "1", epoch: 3 });
  expect(world.lines).toEqual([
    { level: "INFO", ...origin, message: "settled", orderId: "1", epoch: 3 },
  ]);
});

it("an error is logged with its name, message and SQLSTATE", () => {
  log.error("failed", databaseError("22003", "numeric field overflow"), { epoch: 3 });
  expect(world.lines).toEqual([
    {
      level: "ERROR",
      ...origin,
      message: "failed",
      epoch: 3,
      error: "Error: numeric field overflow",
      code: "22003",
    },
  ]);
});

it.each([
  [serviceError("ThrottlingException", "slow down"), { error: "ThrottlingException: slow down" }],
  ["a text", { error: "a text" }],
  [undefined, { error: "undefined" }],
  [Object.assign(new Error("odd"), { code: 7 }), { error: "Error: odd" }],
])("%p is described as %p", (error, text) => {
  expect(describeError(error)).toEqual(text);
});

it.each([
  ["a field", (text: string) => log.info("read", { orderId: text })],
  ["a nested field", (text: string) => log.info("read", { event: { records: [{ id: text }] } })],
  ["an error's message", (text: string) => log.error("read", new Error(text))],
  ["an error that is a text", (text: string) => log.error("read", text)],
  ["a field of metrics", (text: string) => log.metrics("read", [], { orderId: text })],
])("a long text in %s is cut", (_, write) => {
  const text = "x".repeat(100_000);
  write(text);
  const line = JSON.stringify(world.lines[0]);
  expect(line.length).toBeLessThan(1_000);
  expect(line).toMatch(/x{400}… \(10000\d characters\)/);
  expect(line).toContain("read");
});

it("metrics are one line in the embedded metric format, with environment and region as dimensions", () => {
  log.metrics(
    "swept",
    [
      { name: "OpenOrders", value: 7, unit: "Count", resolutionSeconds: 60 },
      { name: "OldestOpenSeconds", value: 1.5, unit: "Seconds", resolutionSeconds: 1 },
    ],
    { epoch: 3 },
  );
  expect(world.lines).toEqual([
    {
      level: "INFO",
      ...origin,
      message: "swept",
      epoch: 3,
      _aws: {
        Timestamp: world.nowMs,
        CloudWatchMetrics: [
          {
            Namespace: "TradingPlatform",
            Dimensions: [["Environment", "Region"]],
            Metrics: [
              { Name: "OpenOrders", Unit: "Count", StorageResolution: 60 },
              { Name: "OldestOpenSeconds", Unit: "Seconds", StorageResolution: 1 },
            ],
          },
        ],
      },
      Environment: "test",
      Region: STANDBY,
      OpenOrders: 7,
      OldestOpenSeconds: 1.5,
    },
  ]);
});

it("a missing environment variable is named in the error", () => {
  const runtime = { ...world.runtime(STANDBY), env: { AWS_REGION: STANDBY, ENVIRONMENT: "" } };
  expect(() => createLog(runtime, "order-api")).toThrow(
    "environment variable ENVIRONMENT is missing; deploy the function with it set",
  );
});
