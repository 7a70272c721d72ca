import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { Control } from "../control/control";
import { variable } from "../runtime/env";
import { cachedControl } from "../control/controlItem";
import { createLog } from "../runtime/log";
import { isActiveAfter, latchIsSet } from "../control/rules";
import type { Runtime } from "../runtime/runtime";
import { heartbeat } from "../detection/heartbeat";

export type HealthRuntime = Pick<Runtime, "env" | "clock" | "write" | "dynamodb">;

type Event = Pick<APIGatewayProxyEvent, "path" | "queryStringParameters">;

/**
 * Answers Route 53's health checks and the probes.
 * - `/health`: 200 if this region reaches the ledger, else 503.
 * - `/health?after=n`: 200 only if the region is also active, or taking over, under an epoch above n.
 * - `/failover-latch`: 200 if the standby is active or taking over; 404 otherwise and while unknown.
 *
 * The database is not checked: its failover between AZs must not make the region unhealthy.
 */
export function createHealth(
  runtime: HealthRuntime,
): (event: Event) => Promise<APIGatewayProxyResult> {
  const region = variable(runtime.env, "AWS_REGION");
  const standby = variable(runtime.env, "STANDBY_REGION");
  const table = variable(runtime.env, "LEDGER_TABLE");
  const log = createLog(runtime, "health");
  const control = cachedControl(runtime, table);
  const beat = heartbeat(runtime, table, region, log);

  async function readOrNull(): Promise<Control | "absent" | null> {
    try {
      return (await control()) ?? "absent";
    } catch (error) {
      log.error("the control item could not be read", error);
      return null;
    }
  }

  return async (event) => {
    const present = await readOrNull();
    if (event.path.endsWith("/failover-latch")) {
      const isSet = present !== null && present !== "absent" && latchIsSet(present, standby);
      return answer(isSet ? 200 : 404, { failover: isSet });
    }
    if (present === null) return answer(503, { region, ledger: "unreachable" });
    await beat();
    const after = event.queryStringParameters?.["after"];
    if (after === undefined) return answer(200, { region, ledger: "reachable" });
    const isActive =
      isEpoch(after) && present !== "absent" && isActiveAfter(present, region, Number(after));
    return answer(isActive ? 200 : 503, { region, active: isActive });
  };
}

/** Anything else, which `Number` may read as 0, is no epoch: the region is not healthy by it. */
function isEpoch(text: string): boolean {
  return /^\d+$/.test(text);
}

function answer(status: number, body: object): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
    body: JSON.stringify(body),
  };
}
