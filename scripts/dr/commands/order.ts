import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { sleep } from "../../../lambda/runtime/clock";
import { type Report, command } from "../command";
import type { DeployedRegion } from "../deployment";
import { DrError } from "../exit";
import { targetFirst } from "../orchestrator";
import { clientToken } from "../tokens";
import type { Tools } from "../tools";

/** An order is settled within seconds; after a takeover, within the RTO. */
const PATIENCE_MS = 5 * 60_000;
const POLL_MS = 500;
const RETRY_MS = 1_000;

export const order = command({
  about: "Places an order and follows it until it is settled",
  options: {
    account: { value: "ACCOUNT", default: "dr-order", about: "The account that places it" },
    region: { value: "REGION", about: "The region whose API is called (default: home)" },
  },
  run: async (tools, { account, region: name }) => {
    const deployment = await tools.deployment();
    const [region] = targetFirst(deployment, name ?? deployment.regions.home.name);
    const token = await clientToken(tools, deployment, region!.name, account);
    return follow(tools, region!, { account, authorization: `Bearer ${token}` });
  },
});

const stateSchema = z.object({ status: z.enum(["ACCEPTED", "SETTLED", "REJECTED"]) });

async function follow(
  tools: Tools,
  region: DeployedRegion,
  { account, authorization }: { account: string; authorization: string },
): Promise<Report> {
  const { clock, say } = tools;
  const orderId = randomUUID();
  const startedMs = clock.nowMs();
  const isLate = () => clock.nowMs() - startedMs > PATIENCE_MS;
  const body = JSON.stringify({
    orderId,
    accountId: account,
    sessionId: "dr",
    symbol: "TEST",
    side: "BUY",
    quantity: "1",
  });
  const headers = { "Content-Type": "application/json", Authorization: authorization };
  const url = `${region.apiUrl}/orders`;
  for (; ; await sleep(clock, RETRY_MS)) {
    const answer = await tools.http({ method: "POST", url, headers, body });
    if (answer.status === 202) break;
    // The API's promise: 429 and 5xx are retried with the same id.
    if ((answer.status !== 429 && answer.status < 500) || isLate()) {
      throw new DrError(`dr: the API answered ${answer.status}: ${answer.body}`, "refused");
    }
    say(`dr: ${answer.status}, retrying the same order`);
  }
  const acceptedMs = clock.nowMs() - startedMs;
  say(`dr: order ${orderId} is accepted after ${acceptedMs} ms`);
  for (;;) {
    const answer = await tools.http({ method: "GET", url: `${url}/${orderId}`, headers });
    const status = answer.status === 200 ? stateSchema.parse(JSON.parse(answer.body)).status : null;
    const ms = clock.nowMs() - startedMs;
    const data = { orderId, status, acceptedMs, settledMs: status === "SETTLED" ? ms : null };
    if (status === "SETTLED") {
      return { exit: "done", text: `order ${orderId} is settled after ${ms} ms`, data };
    }
    if (status === "REJECTED") return { exit: "refused", text: answer.body, data };
    if (isLate()) {
      const text = `order ${orderId} is accepted and not settled after ${ms} ms; see dr lost`;
      return { exit: "unknown", text, data };
    }
    await sleep(clock, POLL_MS);
  }
}
