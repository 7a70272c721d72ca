import type { SQSBatchResponse } from "aws-lambda";
import { createOrderApi } from "../../lambda/handlers/orderApi";
import { FakeWorld, HOME } from "./fakeRuntime";

/** Sends requests to order-api and returns its answers, with the time each one took. */
export function orderApi(world: FakeWorld, region = HOME) {
  const handler = createOrderApi(world.runtime(region));
  return async (event: Parameters<typeof handler>[0]) => {
    const { result, seconds } = await world.timed(handler(event));
    const body = JSON.parse(result.body) as Record<string, unknown>;
    return { status: result.statusCode, body, seconds, headers: result.headers };
  };
}

/** A world in which home settles under an epoch. */
export function settlingAtHome(epoch: number): FakeWorld {
  const world = new FakeWorld();
  world.setControl({ epoch });
  world.services.databases[HOME]!.at(epoch);
  return world;
}

/** The messages of a batch that are to come back. */
export async function comingBack(
  world: FakeWorld,
  batch: Promise<SQSBatchResponse>,
): Promise<string[]> {
  return (await world.play(batch)).batchItemFailures.map((one) => one.itemIdentifier);
}
