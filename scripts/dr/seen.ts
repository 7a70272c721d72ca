import { InvokeCommand } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import type { DeployedRegion } from "./deployment";
import { DrError } from "./exit";
import type { Tools } from "./tools";

const seenSchema = z.object({ epoch: z.nullable(z.number()), seen: z.array(z.string()) });

/** Asks a region's settlement-sweep which of these orders its database has. */
export async function seenIn(
  { aws }: Tools,
  region: DeployedRegion,
  orderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (orderIds.length === 0) return new Set();
  const answer = await aws.lambda(region.name).send(
    new InvokeCommand({
      FunctionName: region.functions["settlementSweep"],
      Payload: Buffer.from(JSON.stringify({ see: orderIds })),
    }),
  );
  const text = Buffer.from(answer.Payload ?? []).toString();
  const parsed = seenSchema.safeParse(JSON.parse(text));
  if (parsed.success) return new Set(parsed.data.seen);
  throw new DrError(`settlement-sweep answered ${text}`);
}
