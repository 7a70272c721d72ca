import type { Control } from "../../lambda/control/control";

export const HOME = "us-east-1";
export const STANDBY = "us-east-2";
export const ACCOUNT = "111122223333";

const roles: Readonly<Record<string, string>> = { [HOME]: "home", [STANDBY]: "standby" };

export function clusterArn(region: string): string {
  return `arn:aws:rds:${region}:${ACCOUNT}:cluster:trading-${roles[region]}`;
}

/** Every variable that any function of a region is given. */
export function environment(region: string): Record<string, string> {
  const role = roles[region]!;
  return {
    AWS_REGION: region,
    ENVIRONMENT: "test",
    HOME_REGION: HOME,
    STANDBY_REGION: STANDBY,
    LEDGER_TABLE: "ledger",
    HOME_QUEUE_URL: "orders-home",
    STANDBY_QUEUE_URL: "orders-standby",
    QUEUE_URL: `orders-${role}`,
    BACKLOG_QUEUE_URL: `backlog-${role}`,
    DEAD_LETTER_QUEUE_URL: `dead-${role}`,
    DATABASE_ENDPOINT: `${role}-writer`,
    DATABASE_READER_ENDPOINT: `${role}-reader`,
    DATABASE_NAME: "trading",
    ARCHIVE_BUCKET: `archive-${role}`,
    SESSIONS_TABLE: "sessions",
    HOME_API_URL: "https://home.test/live",
    STANDBY_API_URL: "https://standby.test/live",
    ORCHESTRATOR_FUNCTION: `${role}-orchestrator`,
    GLOBAL_CLUSTER_ID: "trading",
    HOME_CLUSTER_ARN: clusterArn(HOME),
    STANDBY_CLUSTER_ARN: clusterArn(STANDBY),
    HOME_MIGRATION_FUNCTION: "home-migration",
    STANDBY_MIGRATION_FUNCTION: "standby-migration",
    HOME_SWEEP_FUNCTION: "home-sweep",
    STANDBY_SWEEP_FUNCTION: "standby-sweep",
    HOME_TOPIC_ARN: "home-topic",
    STANDBY_TOPIC_ARN: "standby-topic",
    HEALTH_CHECK_ID: "home-check",
    TICK_RULE: "tick",
  };
}

/** Home is active in epoch 1, everyone was told, nothing is to be done. */
export function steadyControl(nowMs: number): Control {
  return {
    version: 5,
    epoch: 1,
    active: HOME,
    target: null,
    how: "start",
    sinceMs: nowMs,
    disarmedUntilMs: 0,
    notifiedEpoch: 1,
    repointedEpoch: 0,
    newestRowAtMs: null,
    reason: "first start",
  };
}
