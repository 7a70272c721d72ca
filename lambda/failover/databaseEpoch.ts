import { InvokeCommand } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import type { SeenControl } from "../control/control";
import { readProgress } from "../detection/progress";
import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import type { LedgerRuntime } from "../runtime/ledger";
import type { Log } from "../runtime/log";
import type { Runtime } from "../runtime/runtime";
import { ACTIVATE_TIMEOUT_MS } from "./tunables";

type DatabaseEpochRuntime = Pick<Runtime, "env" | "clock" | "lambda">;

const notTheWriter = z.object({ status: z.literal("not the writer") });

const reportSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("reported"), epoch: z.int() }),
  notTheWriter,
]);

/** What db-migration answers to an activation. */
const activationSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("activated"), newestRowAtMs: z.nullable(z.number()) }),
  z.object({ status: z.literal("superseded"), epoch: z.int() }),
  notTheWriter,
]);

export type Activation = z.infer<typeof activationSchema>;

/**
 * The epoch of a region's database, or null if it is not the writer.
 * @throws NoAnswerError, Lambda's error or db-migration's.
 */
export async function epochOf(
  runtime: DatabaseEpochRuntime,
  region: string,
): Promise<number | null> {
  const report = reportSchema.parse(await invokeMigration(runtime, region, { report: true }));
  return report.status === "reported" ? report.epoch : null;
}

/**
 * The epoch of the active region's database, if no settled order is recorded under the control item's
 * epoch. Null if that is not in doubt or the database does not answer. Never rejects.
 */
export async function epochInDoubt(
  runtime: DatabaseEpochRuntime & LedgerRuntime,
  control: SeenControl,
  log: Log,
): Promise<{ version: number; epoch: number } | null> {
  if (typeof control === "string" || control.active === null) return null;
  const table = variable(runtime.env, "LEDGER_TABLE");
  const progress = await readProgress(runtime, table, control.active, log);
  if (progress === "unknown") return null;
  if (progress !== "absent" && progress.epoch === control.epoch) return null;
  try {
    const epoch = await epochOf(runtime, control.active);
    return epoch === null ? null : { version: control.version, epoch };
  } catch (error) {
    log.error("the active region's epoch could not be read", error);
    return null;
  }
}

/**
 * Asks db-migration to raise the epoch of a region's database.
 * @throws as epochOf. The epoch may or may not be raised then.
 */
export async function raiseEpoch(
  runtime: DatabaseEpochRuntime,
  region: string,
  epoch: number,
): Promise<Activation> {
  return activationSchema.parse(await invokeMigration(runtime, region, { activate: epoch }));
}

/** Invokes db-migration and waits for it. Only functions in the VPC reach a database. */
async function invokeMigration(
  runtime: DatabaseEpochRuntime,
  region: string,
  event: object,
): Promise<unknown> {
  const answer = await within(
    runtime.clock,
    ACTIVATE_TIMEOUT_MS,
    `db-migration in ${region}`,
    (abortSignal) =>
      runtime.lambda(region).send(
        new InvokeCommand({
          FunctionName: byRegion(runtime, region, "MIGRATION_FUNCTION"),
          InvocationType: "RequestResponse",
          Payload: Buffer.from(JSON.stringify(event)),
        }),
        { abortSignal },
      ),
  );
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError !== undefined) {
    throw new Error(`db-migration in ${region} failed: ${text.slice(0, 500)}`);
  }
  return JSON.parse(text);
}

/** The variable of a region's role: HOME_ or STANDBY_ and the suffix. */
export function byRegion({ env }: Pick<Runtime, "env">, region: string, suffix: string): string {
  const role = region === variable(env, "HOME_REGION") ? "HOME" : "STANDBY";
  return variable(env, `${role}_${suffix}`);
}
