import {
  CLOSED_AND_PRUNED_PER_SECOND,
  ORDER_BUSY_MS,
  SETTLED_PER_PROCESSOR_PER_SECOND,
} from "../../../lib/platform/tunables";
import { ordersRatePerSecond, processorConcurrency } from "../../../lib/platform/throughput";
import { loadProgram } from "../../helpers/program";

const retentions = ["ephemeral", "durable"] as const;
const reservations = ["4", "10", "50", "900"] as const;
const configurations = retentions.flatMap((retention) =>
  reservations.map((reserved) => [retention, reserved] as const),
);

describe.each(configurations)("with retention %s and %s processors", (retention, reserved) => {
  const sizing = { retention, orderProcessorReservedConcurrency: Number(reserved) };
  const admitted = 2 * ordersRatePerSecond(sizing);

  test("both regions admit no more orders than one can settle, close and prune", () => {
    const { orders } = processorConcurrency(sizing);
    expect(admitted).toBeLessThanOrEqual(SETTLED_PER_PROCESSOR_PER_SECOND * orders);
    expect(admitted).toBeLessThanOrEqual(CLOSED_AND_PRUNED_PER_SECOND);
    expect(admitted).toBeGreaterThan(100);
  });
});

test("a processor for the backlog takes its place from those for fresh orders", () => {
  const of = (reserved: number | "unreserved") =>
    processorConcurrency({ orderProcessorReservedConcurrency: reserved });
  expect(of(4)).toEqual({ orders: 2, backlog: 2 });
  expect(of(10)).toEqual({ orders: 6, backlog: 4 });
  expect(of("unreserved")).toEqual(of(10));
});

test.each(retentions)("a %s API admits what its order-api can accept", async (retention) => {
  const program = await loadProgram({ config: { env: "dev", retention } });
  for (const region of ["use1", "use2"]) {
    const { settings } = program.one("apigateway/methodSettings", `api-${region}-orders`)
      .inputs as {
      settings: { throttlingRateLimit: number };
    };
    const { inputs } = program.one("lambda/function", `orderApi-${region}`);
    expect(settings.throttlingRateLimit).toBe(
      ordersRatePerSecond({ retention, orderProcessorReservedConcurrency: 10 }),
    );
    expect(Number(inputs.reservedConcurrentExecutions) * 1000).toBeGreaterThanOrEqual(
      settings.throttlingRateLimit * ORDER_BUSY_MS,
    );
  }
});
