import type { Moves } from "./moves";
import type { Answer, Forward, Passing } from "./proxy";
import { replicated } from "./replication";

/** MiniStack lacks X-Ray. Its first answer to a service that it lacks takes seconds and 400 MB. */
const LACKING = "xray";

/** What is answered differently from the emulator, or done in addition. Undefined for all else. */
export function answered(
  passing: Passing,
  forward: Forward,
  moves: Moves,
  regions: readonly string[],
): Promise<Answer> | undefined {
  if (passing.service === LACKING) return Promise.resolve(unknownService());
  return moves.handle(passing, forward) ?? replicated(passing, forward, regions);
}

function unknownService(): Answer {
  const message = `Unsupported service: ${LACKING}`;
  const body = Buffer.from(JSON.stringify({ __type: "UnsupportedService", message }));
  return { status: 400, headers: { "content-type": "application/json" }, body };
}
