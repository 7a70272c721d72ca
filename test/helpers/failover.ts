import { createDbMigration } from "../../lambda/handlers/dbMigration";
import {
  createFailoverOrchestrator,
  type Outcome,
} from "../../lambda/handlers/failoverOrchestrator";
import { clusterArn } from "./fakeEnvironment";
import { FakeWorld, HOME, STANDBY, type Life } from "./fakeRuntime";

const ORCHESTRATOR_TIMEOUT_SECONDS = 150;

/** Commands that change something; of the ledger's, those on the control item. */
const changes = new Set([
  "Put control",
  "FailoverGlobalCluster",
  "SwitchoverGlobalCluster",
  "Invoke",
  "Publish",
  "UpdateHealthCheck",
]);

/** A world in which home has settled for long in epoch 1, with real db-migrations. */
export function steadyWorld(promotionSeconds = 60): FakeWorld {
  const world = new FakeWorld();
  world.setControl();
  beAlive(world, world.nowMs);
  const { databases, functions, cluster } = world.services;
  cluster.promotionMs = promotionSeconds * 1000;
  for (const database of Object.values(databases)) database.at(1);
  for (const [region, name] of [
    [HOME, "home-migration"],
    [STANDBY, "standby-migration"],
  ] as const) {
    functions.set(name, (payload) => createDbMigration(world.runtime(region))(payload));
  }
  return world;
}

/** What home wrote last: its sign of life, and ten minutes of settling. */
export function beAlive(world: FakeWorld, atMs: number): void {
  world.put({ pk: `alive#${HOME}`, atMs });
  world.put({
    pk: `progress#${HOME}`,
    epoch: 1,
    firstAtMs: atMs - 600_000,
    lastAtMs: atMs,
    newestOrderAtMs: atMs,
  });
}

/** A deployment has migrated home's database, and nothing was ever started. */
export function forgetStart(world: FakeWorld): void {
  const input = { TableName: "ledger", Key: { pk: "control" } };
  world.services.ledgerAnswer(HOME, "DeleteCommand", input);
  world.services.databases[HOME]!.at(0);
}

/** Home answers nobody any more. */
export function loseHome(world: FakeWorld): void {
  world.website = ({ url }) =>
    url.startsWith("https://home") ? undefined : { status: 200, body: "" };
}

/** The standby is active in epoch 2, home is well and follows. */
export function atStandby(world: FakeWorld): void {
  const { databases } = world.services;
  world.setControl({ active: STANDBY, epoch: 2, how: "failover", notifiedEpoch: 2 });
  world.setControl({ repointedEpoch: 2 });
  databases[HOME]!.isWriter = false;
  databases[STANDBY]!.isWriter = true;
  for (const database of Object.values(databases)) database.at(2);
}

/** The sentinel's last looks: home was bad in as many slots. */
export function writeBadLooks(world: FakeWorld, count = 3): void {
  const newestAtMs = world.nowMs;
  const looks = Array.from({ length: count }, (_, i) => ({
    atMs: newestAtMs - 10_000 * (count - 1 - i),
    home: "bad",
    canary: "unanswered",
    aliveAgeMs: 30_000,
  }));
  const loopStartedAtMs = newestAtMs - 60_000;
  world.put({ pk: "looks#sentinel", looks, newestAtMs, loopStartedAtMs, isCalm: false });
}

export const tick = { trigger: "tick" };
export const sentinel = { trigger: "sentinel" };

/** Seconds from the start of the world to a call that matches the pattern. */
export function secondOf(
  world: FakeWorld,
  pattern: Parameters<FakeWorld["callsOf"]>[0],
  nth = 0,
): number {
  return (world.callsOf(pattern)[nth]!.atMs - world.startMs) / 1000;
}

export function orchestrate(
  world: FakeWorld,
  event: unknown,
  region = STANDBY,
  life?: Life,
): Promise<Outcome> {
  const handler = createFailoverOrchestrator(world.runtime(region, life));
  return handler(event, world.invocation(ORCHESTRATOR_TIMEOUT_SECONDS));
}

/** What was changed, in order: region, command and what it was on. */
export function changesOf(world: FakeWorld): string[] {
  return world.calls
    .filter(({ command, on }) => changes.has(command) || changes.has(`${command} ${on}`))
    .map(({ region, command, on }) => `${region} ${command} ${on}`);
}

/** How a takeover from home by the standby is written down, from the fence to the last step. */
export const takeover = [
  `${STANDBY} Put control`,
  `${STANDBY} FailoverGlobalCluster ${clusterArn(STANDBY)}`,
  `${STANDBY} Invoke standby-migration`,
  `${STANDBY} Put control`,
  `${STANDBY} Invoke standby-sweep`,
  `${STANDBY} Invoke standby-migration`,
  `${HOME} Publish home-topic`,
  `${STANDBY} Publish standby-topic`,
  `${STANDBY} Put control`,
  `${HOME} UpdateHealthCheck home-check`,
  `${STANDBY} Put control`,
];
