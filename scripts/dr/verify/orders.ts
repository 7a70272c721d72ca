import { randomUUID } from "node:crypto";
import { createOrderCanary } from "../../../lambda/canary/orderCanary";
import { sleep } from "../../../lambda/runtime/clock";
import type { Check } from "../check";
import type { DeployedRegion, Deployment } from "../deployment";
import { memo } from "../memo";
import { datapoints } from "../metrics";
import { seenIn } from "../seen";
import { canaryToken } from "../tokens";
import type { Tools } from "../tools";

/** Inside the region, measured by Lambda: the way of the request is not part of it. */
const LATENCY_BUDGET_MS = 100;
const LATENCY_MINUTES = 60;
/** The RPO: a row is in the other region's database within this time. */
const REPLICATED_SECONDS = 60;
const POLL_MS = 1_000;

/** An order's way through each region, and its row in both databases. */
export function orderChecks(tools: Tools, deployment: Deployment): Check[] {
  const { home, standby } = deployment.regions;
  return [home, standby].flatMap((region) => {
    const orderId = randomUUID();
    const trip = memo(() => roundTrip(tools, deployment, region, orderId));
    const other = region === home ? standby : home;
    return [
      {
        name: `an order through ${region.name} is settled`,
        todo: "`dr lost` says what is open and why",
        find: async () => ({ isFine: true, found: await trip() }),
      },
      {
        name: `its row is in the database of ${other.name} within ${REPLICATED_SECONDS} s`,
        todo: "look at the replication lag in `dr status`",
        find: async () => {
          await trip();
          return awaitRow(tools, other, orderId);
        },
      },
      latencyCheck(tools, region),
    ];
  });
}

/** What a canary does, with its keys: placed, settled, and deleted with the canaries' orders. */
function roundTrip(
  tools: Tools,
  deployment: Deployment,
  region: DeployedRegion,
  orderId: string,
): Promise<string> {
  const run = createOrderCanary({
    env: { API_URL: region.apiUrl },
    clock: tools.clock,
    http: tools.http,
    canaryToken: () => canaryToken(tools, deployment, region.name),
    newId: () => orderId,
  });
  return run();
}

async function awaitRow(tools: Tools, region: DeployedRegion, orderId: string) {
  const { clock } = tools;
  const startedMs = clock.nowMs();
  for (;;) {
    const seen = await seenIn(tools, region, [orderId]);
    const seconds = Math.round((clock.nowMs() - startedMs) / 1000);
    if (seen.has(orderId)) return { isFine: true, found: `seen after ${seconds} s` };
    if (seconds > REPLICATED_SECONDS) return { isFine: false, found: `not seen in ${seconds} s` };
    await sleep(clock, POLL_MS);
  }
}

function latencyCheck(tools: Tools, region: DeployedRegion): Check {
  return {
    name: `order-api in ${region.name} answers within ${LATENCY_BUDGET_MS} ms (p99 of an hour)`,
    todo: "look at the slowest calls in X-Ray",
    find: async () => {
      const duration = {
        namespace: "AWS/Lambda",
        metric: "Duration",
        dimensions: { FunctionName: region.functions["orderApi"] },
        minutes: LATENCY_MINUTES,
        periodSeconds: LATENCY_MINUTES * 60,
      };
      const statistics = { ExtendedStatistics: ["p50", "p99"] };
      const [hour] = await datapoints(tools, region.name, duration, statistics);
      const { p50, p99 } = hour?.ExtendedStatistics ?? {};
      if (p50 === undefined || p99 === undefined) return { isFine: false, found: "no data" };
      const found = `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`;
      return { isFine: p99 <= LATENCY_BUDGET_MS, found };
    },
  };
}
