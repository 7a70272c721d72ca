/** Functions: each has an entry in lambda/entry and a handler in lambda/handlers of this name. */
export const stems = [
  "orderApi",
  "orderProcessor",
  "settlementSweep",
  "health",
  "authorizer",
  "dbMigration",
  "sentinel",
  "failoverOrchestrator",
] as const;
export type Stem = (typeof stems)[number];

/** Canaries of Synthetics: each has an entry in lambda/canary/entry, and a script `healthCanary`. */
export const canaryChecks = ["health", "order"] as const;
export type CanaryCheck = (typeof canaryChecks)[number];
