import { RTO_SECONDS } from "../../../lambda/failover/budget";
import { type Takeover, readTakeovers } from "../../../lambda/failover/takeovers";
import type { Experiment, ExperimentName } from "../../../lib/gameDay/experiments";
import { sleep } from "../../../lambda/runtime/clock";
import type { DeployedRegion, Deployment } from "../deployment";
import { DrError } from "../exit";
import { type Fact, fact, fromFirst, mapFact } from "../fact";
import { send } from "../orchestrator";
import type { Tools } from "../tools";
import { archiveCheck, sessionCheck } from "../verify/replication";
import { Clients } from "./clients";
import { evidenceOf } from "./evidence";
import { runExperiment } from "./experiment";
import type { Observed } from "./verdict";

/** An experiment and its template. */
export interface Run {
  name: ExperimentName;
  experiment: Experiment;
  templateId: string;
}

/** After a takeover or a pause, orders are settled and replicated within the RTO. */
const SETTLED_PATIENCE_MS = RTO_SECONDS * 1000;
/** A replica needs the longer for its backlog, the longer it was paused. */
const CAUGHT_UP_PATIENCE_MS = 15 * 60_000;

const POLL_MS = 10_000;

/** What was seen, and what it cost clients. */
export type Observation = Observed & { refused: number };

/** Runs an experiment, places orders meanwhile, and reads afterwards what the platform has recorded. */
export async function observe(
  tools: Tools,
  deployment: Deployment,
  run: Run,
): Promise<Observation> {
  const before = await takeovers(tools, deployment);
  if ("problem" in before) throw new DrError(`dr: no history of takeovers: ${before.problem}`);
  const lastEpoch = before.value.at(-1)?.epoch ?? 0;
  const clients = await Clients.create(tools, deployment);
  const { ending, hasSeenFault } = await inject(tools, deployment, run, clients);
  tools.say(`dr: looks for ${clients.acknowledged} acknowledged orders`);
  const lost = await fact(async () => {
    const active = await activeRegion(tools, deployment);
    return clients.missingIn(active, SETTLED_PATIENCE_MS);
  });
  const behind = await fact(() => behindIn(tools, deployment, run, clients));
  const takeover = mapFact(
    await takeovers(tools, deployment),
    (all) => all.find(({ epoch }) => epoch > lastEpoch) ?? null,
  );
  const { acknowledged, refused } = clients;
  const { expected } = run.experiment;
  return { expected, ending, hasSeenFault, takeover, acknowledged, refused, lost, behind };
}

async function inject(
  tools: Tools,
  deployment: Deployment,
  { name, experiment, templateId }: Run,
  clients: Clients,
): Promise<Pick<Observed, "ending" | "hasSeenFault">> {
  const evidence = await evidenceOf[name]?.(tools, deployment);
  let hasSeenFault = evidence === undefined ? null : false;
  const look = async () => {
    if (evidence === undefined || hasSeenFault === true || !(await evidence())) return;
    hasSeenFault = true;
    tools.say("dr: the fault shows itself");
  };
  const { minutes } = experiment;
  const start = { region: deployment.regions.home.name, templateId, minutes };
  const ending = await runExperiment(tools, start, async () => {
    await clients.place();
    await look();
  });
  // What happens once may be over before the first poll, and its effect stays.
  if (minutes === null) await fact(look);
  return { ending, hasSeenFault };
}

/** Takeovers that the platform has recorded, oldest first. */
function takeovers(tools: Tools, { ledgerTable, regions }: Deployment): Promise<Fact<Takeover[]>> {
  const { aws, clock } = tools;
  return fromFirst([regions.standby, regions.home], ({ name }) =>
    readTakeovers({ clock, dynamodb: aws.dynamodb(name) }, ledgerTable),
  );
}

/** Waits until a takeover in progress is complete. */
async function activeRegion(tools: Tools, { regions }: Deployment): Promise<DeployedRegion> {
  const both = [regions.standby, regions.home];
  const deadlineMs = tools.clock.nowMs() + SETTLED_PATIENCE_MS;
  for (; ; await sleep(tools.clock, POLL_MS)) {
    const { control } = await send(tools, both, { action: "status" });
    const active = typeof control === "string" ? null : control.active;
    const region = both.find(({ name }) => name === active);
    if (region !== undefined) return region;
    if (tools.clock.nowMs() >= deadlineMs) throw new DrError("no region is active");
  }
}

/**
 * What has not reached the standby: rows of the acknowledged orders, and what the experiment had
 * paused. After a takeover there is nothing to catch up with until AWS has rebuilt home's database.
 */
async function behindIn(
  tools: Tools,
  deployment: Deployment,
  { name, experiment }: Run,
  clients: Clients,
): Promise<string | null> {
  const { home, standby } = deployment.regions;
  if (experiment.expected === "takeover") return null;
  const missing = await clients.missingIn(standby, SETTLED_PATIENCE_MS);
  if (missing.length > 0) return `${missing.length} orders are not in ${standby.name}`;
  if (name === "archive-replication") {
    return failureOf(await archiveCheck(tools, home, standby, true).find());
  }
  if (name !== "session-replication") return null;
  const deadlineMs = tools.clock.nowMs() + CAUGHT_UP_PATIENCE_MS;
  for (;;) {
    const failure = failureOf(await sessionCheck(tools, deployment, home, standby).find());
    if (failure === null || tools.clock.nowMs() >= deadlineMs) return failure;
  }
}

const failureOf = ({ isFine, found }: { isFine: boolean; found: string }): string | null =>
  isFine ? null : found;
