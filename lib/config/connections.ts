import {
  HEALTH_RESERVED_CONCURRENCY,
  MIGRATION_RESERVED_CONCURRENCY,
  PROCESSOR_DEFAULT_CONCURRENCY,
  SWEEP_RESERVED_CONCURRENCY,
} from "../platform/tunables";

/** db-migration has one connection for statements and one for migrations; other functions have one. */
const CONNECTIONS_PER_SANDBOX = 2;
/** For people, RDS itself and `rds.rds_superuser_reserved_connections`. */
const RESERVED_CONNECTIONS = 20;
/**
 * Aurora's default of `max_connections` for db.serverless follows the maximum capacity. AWS lists 189
 * for 1 ACU, 823 for 4, 1,669 for 8, 3,360 for 16 and 5,000 from 32 on (Aurora User Guide: maximum
 * connections for Aurora Serverless v2). This line passes through those values.
 */
const CONNECTIONS_PER_ACU = 211.4;
const CONNECTIONS_TAKEN = 22;
const CONNECTIONS_MAX = 5_000;
/** A minimum of 0 or 0.5 ACU caps `max_connections`, whatever the maximum is (the same page). */
const LOW_MIN_ACU = 0.5;
const LOW_MIN_CONNECTIONS_MAX = 2_000;

/** Aurora's default of `max_connections` for a capacity of `db.serverless`. */
export function serverlessConnections(minAcu: number, maxAcu: number): number {
  const byCapacity = Math.floor(CONNECTIONS_PER_ACU * maxAcu - CONNECTIONS_TAKEN);
  return Math.min(byCapacity, minAcu > LOW_MIN_ACU ? CONNECTIONS_MAX : LOW_MIN_CONNECTIONS_MAX);
}

/** The most connections of a region's functions to one instance, and those that must stay free. */
export function connectionsNeeded(processors: number | "unreserved"): number {
  const others =
    HEALTH_RESERVED_CONCURRENCY + MIGRATION_RESERVED_CONCURRENCY + SWEEP_RESERVED_CONCURRENCY;
  const settling = processors === "unreserved" ? PROCESSOR_DEFAULT_CONCURRENCY : processors;
  return settling + CONNECTIONS_PER_SANDBOX * others + RESERVED_CONNECTIONS;
}
