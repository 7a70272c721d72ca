import type { APIGatewayProxyResult, SQSBatchResponse } from "aws-lambda";
import { FakeWorld, HOME } from "./fakeRuntime";

/** What order-api answers, and how long it takes. */
export async function answered(world: FakeWorld, answer: Promise<APIGatewayProxyResult>) {
  const { result, seconds } = await world.timed(answer);
  const body = JSON.parse(result.body) as Record<string, unknown>;
  return { status: result.statusCode, body, seconds, headers: result.headers };
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
