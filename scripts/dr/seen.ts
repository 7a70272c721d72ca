import { InvokeCommand } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import { within } from "../../lambda/runtime/clock";
import type { DeployedRegion } from "./deployment";
import { DrError } from "./exit";
import type { Tools } from "./tools";

const seenSchema = z.object({ epoch: z.nullable(z.number()), seen: z.array(z.string()) });

/** A cold start and one statement; a lost region does not answer at all. */
const SEE_TIMEOUT_MS = 20_000;

/** Asks a region's settlement-sweep which of these orders its database has. */
export async function seenIn(
  { aws, clock }: Tools,
  region: DeployedRegion,
  orderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (orderIds.length === 0) return new Set();
  const question = {
    FunctionName: region.functions["settlementSweep"],
    Payload: Buffer.from(JSON.stringify({ see: orderIds })),
  };
  const answer = await within(clock, SEE_TIMEOUT_MS, "settlement-sweep", async (abortSignal) =>
    aws.lambda(region.name).send(new InvokeCommand(question), { abortSignal }),
  );
  const text = Buffer.from(answer.Payload ?? []).toString();
  const parsed = seenSchema.safeParse(JSON.parse(text));
  if (parsed.success) return new Set(parsed.data.seen);
  throw new DrError(`settlement-sweep answered ${text}`);
}
