import { HINT_ORDERS_MAX } from "../shipped";
import type { Environment } from "../world/environment";
import type { World } from "../world/world";

/** Orders that the messages of a sweep's two queues name at most, in flight or not. */
export function hintsHeld({ sqs }: Pick<World, "sqs">, { description }: Environment): number {
  const { QUEUE_URL = "", BACKLOG_QUEUE_URL = "" } = description.environment;
  return sqs.held(QUEUE_URL) + sqs.held(BACKLOG_QUEUE_URL) * HINT_ORDERS_MAX;
}
