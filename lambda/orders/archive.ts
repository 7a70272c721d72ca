import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { within } from "../runtime/clock";
import type { Runtime } from "../runtime/runtime";
import { SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";
import type { StoredOrder } from "./order";
import { ARCHIVE_PREFIX } from "./names";

/**
 * Writes a settled batch to the archive bucket. The key depends only on the orders and the epoch,
 * so that settling the same batch again overwrites the same object.
 * @throws NoAnswerError or S3's error.
 */
export async function archiveBatch(
  runtime: Pick<Runtime, "clock" | "s3">,
  bucket: string,
  epoch: number,
  batch: readonly StoredOrder[],
): Promise<void> {
  const orders = batch
    .map(({ order, acceptedAt, acceptedIn, fingerprint }) => ({
      order,
      acceptedAt,
      acceptedIn,
      fingerprint,
    }))
    .sort((one, other) => (one.fingerprint < other.fingerprint ? -1 : 1));
  const fingerprints = orders.map(({ fingerprint }) => fingerprint).join("");
  const hash = createHash("sha256").update(fingerprints).digest("hex");
  const day = orders[0]?.acceptedAt.slice(0, 10) ?? "none";
  await within(runtime.clock, SIDE_WRITE_TIMEOUT_MS, "archive", (abortSignal) =>
    runtime.s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${ARCHIVE_PREFIX}${day}/epoch-${epoch}/${hash}.json`,
        ContentType: "application/json",
        Body: JSON.stringify({ epoch, orders }),
      }),
      { abortSignal },
    ),
  );
}
