import type { PlatformConfig } from "../config/config";
import {
  BACKLOG_CONCURRENCY_SHARE,
  CLOSED_AND_PRUNED_PER_SECOND,
  EVENT_SOURCE_CONCURRENCY_MIN,
  ORDER_API_RESERVED_CONCURRENCY,
  ORDER_BUSY_MS,
  ORDERS_RATE_MAX_PER_SECOND,
  PROCESSOR_DEFAULT_CONCURRENCY,
  SETTLED_PER_PROCESSOR_PER_SECOND,
  THROUGHPUT_SHARE,
} from "./tunables";

type Sizing = Pick<PlatformConfig, "retention" | "orderProcessorReservedConcurrency">;

/** Both regions' APIs admit orders, and the active region settles what both have accepted. */
const REGIONS = 2;

/**
 * Most invocations of order-processor at once, by queue. Together no more than its reserved
 * concurrency: above it, Lambda throttles what its own poller invokes.
 */
export function processorConcurrency({
  orderProcessorReservedConcurrency: reserved,
}: Pick<Sizing, "orderProcessorReservedConcurrency">): Record<"orders" | "backlog", number> {
  const concurrency = reserved === "unreserved" ? PROCESSOR_DEFAULT_CONCURRENCY : reserved;
  const share = Math.floor(concurrency * BACKLOG_CONCURRENCY_SHARE);
  const backlog = Math.max(EVENT_SOURCE_CONCURRENCY_MIN, share);
  return { orders: Math.max(EVENT_SOURCE_CONCURRENCY_MIN, concurrency - backlog), backlog };
}

/**
 * The throttle of a region's API for orders: no more than order-api can accept, and in both regions
 * together no more than one region can settle, close and prune, with headroom.
 */
export function ordersRatePerSecond(sizing: Sizing): number {
  const { orders } = processorConcurrency(sizing);
  const accepted = (ORDER_API_RESERVED_CONCURRENCY[sizing.retention] * 1000) / ORDER_BUSY_MS;
  const settled = SETTLED_PER_PROCESSOR_PER_SECOND * orders;
  const sustained = Math.min(settled, CLOSED_AND_PRUNED_PER_SECOND) * THROUGHPUT_SHARE;
  return Math.floor(Math.min(accepted, sustained / REGIONS, ORDERS_RATE_MAX_PER_SECOND));
}
