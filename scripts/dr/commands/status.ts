import { type Takeover, readTakeovers } from "../../../lambda/failover/takeovers";
import { command } from "../command";
import type { Exit } from "../exit";
import type { Deployment } from "../deployment";
import { type Fact, fact, factsText, fromFirst, mapFact } from "../fact";
import { type Answer, actionText, send, stateOf } from "../orchestrator";
import {
  type OpenOrders,
  type Writer,
  databaseWriter,
  dnsAnswer,
  openOrders,
  replicationLagMs,
} from "../state";
import type { Tools } from "../tools";

export const status = command({
  about: "Which region is active, who writes, where DNS leads, what is open",
  options: {},
  run: async (tools) => {
    const deployment = await tools.deployment();
    const found = await read(tools, deployment);
    return { exit: exitOf(found), text: textOf(found, tools.clock.nowMs()), data: found };
  },
});

interface Status {
  orchestrator: Fact<Answer>;
  writer: Fact<Writer>;
  dns: Fact<string[]>;
  open: Fact<OpenOrders>;
  lagMs: Fact<number | null>;
  /** Oldest first. */
  takeovers: Fact<Takeover[]>;
}

/** Asks the standby's region first: it answers while home is lost. All questions go out at once. */
async function read(tools: Tools, deployment: Deployment): Promise<Status> {
  const { home, standby } = deployment.regions;
  const regions = [standby, home];
  const [orchestrator, writer, dns, open, takeovers, homeLag, standbyLag] = await Promise.all([
    fact(() => send(tools, regions, { action: "status" })),
    fromFirst(regions, (region) => databaseWriter(tools, deployment, region)),
    fact(() => dnsAnswer(tools, deployment)),
    fromFirst(regions, (region) => openOrders(tools, deployment, region)),
    fromFirst(regions, (region) =>
      readTakeovers(
        { clock: tools.clock, dynamodb: tools.aws.dynamodb(region.name) },
        deployment.ledgerTable,
      ),
    ),
    fact(() => replicationLagMs(tools, home)),
    fact(() => replicationLagMs(tools, standby)),
  ]);
  const writerRegion = "value" in writer ? writer.value.region : null;
  const lagMs = writerRegion === standby.name ? homeLag : standbyLag;
  return { orchestrator, writer, dns, open, lagMs, takeovers };
}

function exitOf({ orchestrator, writer }: Status): Exit {
  if ("problem" in orchestrator || "problem" in writer) return "unknown";
  const { control } = orchestrator.value;
  if (control === "unknown" || control === "absent") return "unknown";
  if (control === "malformed" || control.active === null) return "refused";
  return control.active === writer.value.region ? "done" : "refused";
}

function textOf(found: Status, nowMs: number): string {
  const { orchestrator, writer, dns, open, lagMs, takeovers } = found;
  return factsText([
    ["state", mapFact(orchestrator, ({ control }) => stateOf(control))],
    ["since", mapFact(orchestrator, ({ control }) => since(control))],
    ["next step", mapFact(orchestrator, ({ action }) => actionText(action))],
    ["automatic failover", mapFact(orchestrator, ({ control }) => arming(control, nowMs))],
    ["writer", mapFact(writer, writerText)],
    ["DNS", mapFact(dns, (names) => names.join(", "))],
    ["open orders", mapFact(open, (orders) => openText(orders, nowMs))],
    ["replication lag", mapFact(lagMs, (ms) => (ms === null ? "no data" : `${Math.round(ms)} ms`))],
    ["last takeovers", mapFact(takeovers, takeoversText)],
  ]);
}

function since(control: Answer["control"]): string {
  if (typeof control === "string") return "not known";
  return `${new Date(control.sinceMs).toISOString()} (${control.how}: ${control.reason})`;
}

function arming(control: Answer["control"], nowMs: number): string {
  if (typeof control === "string") return "not known";
  const { disarmedUntilMs } = control;
  if (disarmedUntilMs <= nowMs) return "not disarmed";
  return `disarmed until ${new Date(disarmedUntilMs).toISOString()}`;
}

function writerText({ region, movingTo, readers }: Writer): string {
  const followers = readers.map((reader) => `${reader.region} ${reader.synchronization}`);
  const moving = movingTo === null || movingTo === region ? [] : [`${movingTo} is being promoted`];
  return [region ?? "none", ...followers, ...moving].join(", ");
}

function openText({ count, isAtLeast, oldestAtMs }: OpenOrders, nowMs: number): string {
  if (oldestAtMs === null) return "none";
  const ageSeconds = Math.round((nowMs - oldestAtMs) / 1000);
  return `${count}${isAtLeast ? " or more" : ""}, the oldest for ${ageSeconds} s`;
}

const TAKEOVERS_SHOWN = 3;

function takeoversText(takeovers: readonly Takeover[]): string {
  // A new environment's first activation has taken nothing over.
  const real = takeovers.filter(({ how }) => how !== "start");
  const shown = real.slice(-TAKEOVERS_SHOWN).reverse();
  const lines = shown.map(
    ({ atMs, how, active, rtoSeconds, rpoSeconds }) =>
      `${new Date(atMs).toISOString()} ${how} to ${active}, RTO ${rtoSeconds} s, RPO ${rpoSeconds} s`,
  );
  return lines.join("; ") || "none";
}
