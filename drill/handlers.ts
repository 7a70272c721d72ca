import { createDbMigration } from "../lambda/handlers/dbMigration";
import { createFailoverOrchestrator } from "../lambda/handlers/failoverOrchestrator";
import { createHealth } from "../lambda/handlers/health";
import { createOrderApi } from "../lambda/handlers/orderApi";
import { createOrderProcessor } from "../lambda/handlers/orderProcessor";
import { createSentinel } from "../lambda/handlers/sentinel";
import { createSettlementSweep } from "../lambda/handlers/settlementSweep";
import type { HandlerFactory } from "./world/environment";

export type Handlers = Readonly<Record<string, HandlerFactory>>;

/** Each takes the part of the runtime it needs and the event it expects; the world knows neither. */
const asFactory = (create: unknown): HandlerFactory => create as HandlerFactory;

/** The handlers that ship, by the stem in a function's `handler`. */
export const shippedHandlers: Handlers = {
  dbMigration: asFactory(createDbMigration),
  failoverOrchestrator: asFactory(createFailoverOrchestrator),
  health: asFactory(createHealth),
  orderApi: asFactory(createOrderApi),
  orderProcessor: asFactory(createOrderProcessor),
  sentinel: asFactory(createSentinel),
  settlementSweep: asFactory(createSettlementSweep),
};
