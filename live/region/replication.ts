import type { Answer, Forward, Passing } from "./proxy";

const writes: ReadonlySet<string> = new Set(["BatchExecuteStatement", "ExecuteStatement"]);

/**
 * MiniStack replicates what PutItem, UpdateItem and DeleteItem write, and nothing that PartiQL writes.
 * So statements are carried out in the table's other region as well: its item is the same there.
 */
export function replicated(
  { service, operation, to }: Passing,
  forward: Forward,
  regions: readonly string[],
): Promise<Answer> | undefined {
  if (service !== "dynamodb" || !writes.has(operation)) return undefined;
  return carryOut(
    forward,
    regions.filter((region) => region !== to),
  );
}

async function carryOut(forward: Forward, others: readonly string[]): Promise<Answer> {
  const answer = await forward();
  if (answer.status === 200) await Promise.all(others.map((region) => forward(region)));
  return answer;
}
