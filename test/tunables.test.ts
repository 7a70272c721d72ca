import * as auth from "../lambda/auth/tunables";
import * as canary from "../lambda/canary/tunables";
import * as control from "../lambda/control/tunables";
import * as detection from "../lambda/detection/tunables";
import * as rto from "../lambda/failover/budget";
import * as failover from "../lambda/failover/tunables";
import * as orders from "../lambda/orders/tunables";
import * as runtime from "../lambda/runtime/tunables";
import * as thresholds from "../lib/alarms/thresholds";
import * as program from "../lib/platform/tunables";

const shipped = {
  ...auth,
  ...canary,
  ...control,
  ...detection,
  ...rto,
  ...failover,
  ...orders,
  ...runtime,
  ...thresholds,
  ...program,
};
type Tunables = { [Name in keyof typeof shipped]: (typeof shipped)[Name] };

/** Loops of one schedule that run at the same moment: one starts each minute, seconds drift. */
const loopsAtOnce = (t: Tunables): number =>
  Math.floor((t.LOOP_TIMEOUT_SECONDS + t.SCHEDULE_GAP_MAX_SECONDS) / 60);

const relations = {
  "one disarming alone does not set off failover-not-ready": (t) =>
    Math.ceil(t.DISARM_SECONDS / (t.READINESS_EVERY_MINUTES * 60)) < t.NOT_READY_REPORTS,
  "a loop outlives the longest gap between two starts by one slot": (t) =>
    t.LOOP_SECONDS >= t.SCHEDULE_GAP_MAX_SECONDS + t.LOOK_SLOT_SECONDS,
  "a loop's last look ends before the function's timeout": (t) =>
    t.LOOP_TIMEOUT_SECONDS * 1000 >=
    t.LOOP_SECONDS * 1000 + t.PROBE_TIMEOUT_MS + t.OBSERVE_TIMEOUT_MS,
  "the last canary order between two looks ends before the next look": (t) =>
    Math.max(...t.CANARY_ORDERS_AT_MS) + t.PROBE_TIMEOUT_MS <= t.LOOK_SLOT_SECONDS * 1000,
  "an AZ failover, one look, one progress write and one probe together stay below the threshold": (
    t,
  ) =>
    t.AZ_FAILOVER_SECONDS +
      t.LOOK_SLOT_SECONDS +
      t.PROGRESS_REFRESH_SECONDS +
      t.PROBE_TIMEOUT_MS / 1000 <
    t.PROGRESS_STALE_SECONDS,
  "order-api answers before a probe gives up": (t) =>
    t.LEDGER_WRITE_TIMEOUT_MS + Math.max(t.HINT_TIMEOUT_MS, t.SIDE_WRITE_TIMEOUT_MS) <
    t.PROBE_TIMEOUT_MS,
  "a probe gives up before a function behind the API is cut off": (t) =>
    2 * t.PROBE_TIMEOUT_MS <= t.API_TIMEOUT_SECONDS * 1000,
  "the authorizer answers by itself although two reads of keys are silent": (t) =>
    2 * t.KEYS_TIMEOUT_MS <= t.API_TIMEOUT_SECONDS * 1000,
  "reserved concurrency covers overlapping sentinel loops": (t) =>
    loopsAtOnce(t) <= t.SENTINEL_RESERVED_CONCURRENCY,
  "reserved concurrency covers overlapping orchestrator loops": (t) =>
    loopsAtOnce(t) + t.LOOP_TIMEOUT_SECONDS / t.LOOK_SLOT_SECONDS <=
    t.ORCHESTRATOR_RESERVED_CONCURRENCY,
  "reserved concurrency of the authorizer covers a new token with every admitted request": (t) =>
    (t.ORDERS_RATE_MAX_PER_SECOND * t.TOKEN_BUSY_MS) / 1000 <=
    Math.min(...Object.values(t.AUTHORIZER_RESERVED_CONCURRENCY)),
  "an activation that has started ends before its invocation": (t) =>
    t.ACTIVATE_TIMEOUT_MS < t.ACTION_RESERVE_MS,
  "an activation ends before the orchestrator gives it up": (t) =>
    2 * t.CONNECT_TIMEOUT_MS + 3 * t.STATEMENT_TIMEOUT_MS < t.ACTIVATE_TIMEOUT_MS,
  "a migration waits for a lock longer than any other statement holds it": (t) =>
    t.STATEMENT_TIMEOUT_MS < t.MIGRATION_LOCK_TIMEOUT_MS,
  "a migration's statement and a daily deletion end before the function's timeout": (t) =>
    Math.max(t.MIGRATION_STATEMENT_TIMEOUT_MS, t.PRUNE_SECONDS * 1000 + t.STATEMENT_TIMEOUT_MS) <
    t.MIGRATION_TIMEOUT_SECONDS * 1000,
  "the sentinel's last slot counts as calm, the one before it does not": (t) =>
    t.LOOK_SLOT_SECONDS + t.PROBE_TIMEOUT_MS / 1000 < t.LOOKS_CALM_SECONDS &&
    t.LOOKS_CALM_SECONDS < 2 * t.LOOK_SLOT_SECONDS &&
    t.LOOKS_CALM_SECONDS <= t.LOOKS_FRESH_SECONDS,
  "signs of life are renewed before they count as stale": (t) =>
    t.ALIVE_REFRESH_SECONDS < t.FLAPPING_ALIVE_STALE_SECONDS &&
    t.FLAPPING_ALIVE_STALE_SECONDS < t.ALIVE_STALE_SECONDS,
  "a heartbeat ahead by as much as clocks may differ is stale once home lost can be decided": (t) =>
    t.ALIVE_STALE_SECONDS + t.CLOCK_AHEAD_MAX_SECONDS <= t.BAD_PROBES_IN_ROW * t.LOOK_SLOT_SECONDS,
  "the latch outlasts the ledger's quorum re-forming": (t) =>
    t.LATCH_INTERVAL_SECONDS * t.LATCH_FAILURES > t.LEDGER_REFORMING_MAX_SECONDS,
  "the server closes no connection that a function may still use": (t) =>
    t.SOCKET_IDLE_MAX_MS + t.CONNECT_TIMEOUT_MS + t.STATEMENT_TIMEOUT_MS < t.SESSION_IDLE_MAX_MS,
  "a stuck database is given up before the processor's timeout": (t) =>
    t.CONNECT_TIMEOUT_MS + t.STATEMENT_TIMEOUT_MS < t.PROCESSOR_TIMEOUT_SECONDS * 1000,
  "a canary reaches its own verdict before its timeout": (t) =>
    t.CANARY_ACCEPT_SECONDS + t.CANARY_SETTLE_SECONDS + (3 * t.PROBE_TIMEOUT_MS) / 1000 <
    t.CANARY_TIMEOUT_SECONDS,
  "a canary ends before its next start": (t) =>
    t.CANARY_TIMEOUT_SECONDS <= 60 * t.CANARY_SCHEDULE_MINUTES,
  "flapping fits the looks that are kept": (t) => t.FLAPPING_BAD_SLOTS <= t.LOOKS_KEPT,
  "a sweep ends before the next one starts": (t) => t.SWEEP_TIMEOUT_SECONDS < 60,
  "an order whose hint was lost is closed before it counts as open for long": (t) =>
    t.SWEEP_AGE_SECONDS + 2 * t.SCHEDULE_GAP_MAX_SECONDS <= t.OPEN_ORDER_SECONDS,
  "an alarm reports hints that nobody takes before they expire": (t) =>
    t.LAG_SECONDS + 60 * t.ROW_MINUTES < t.HINT_RETENTION_SECONDS,
  "every way of failing over fits the RTO": (t) =>
    Math.max(...Object.values(t.settledBudgetSeconds), t.budget.dnsSeconds) <= t.RTO_SECONDS,
} satisfies Record<string, (t: Tunables) => boolean>;

type Relation = keyof typeof relations;

describe("the shipped numbers fit each other", () => {
  test.each(Object.keys(relations) as Relation[])("%s", (relation) => {
    expect(relations[relation](shipped)).toBe(true);
  });
});

describe("each relation fails one step past its limit", () => {
  test.each<[keyof Tunables, number, number, Relation]>([
    ["LOOP_SECONDS", 129, 128, "a loop outlives the longest gap between two starts by one slot"],
    ["LOOP_TIMEOUT_SECONDS", 135, 134, "a loop's last look ends before the function's timeout"],
    [
      "PROGRESS_STALE_SECONDS",
      79,
      78,
      "an AZ failover, one look, one progress write and one probe together stay below the threshold",
    ],
    ["PROBE_TIMEOUT_MS", 2_501, 2_500, "order-api answers before a probe gives up"],
    ["FLAPPING_ALIVE_STALE_SECONDS", 6, 5, "signs of life are renewed before they count as stale"],
    ["ALIVE_STALE_SECONDS", 11, 10, "signs of life are renewed before they count as stale"],
    [
      "CLOCK_AHEAD_MAX_SECONDS",
      10,
      11,
      "a heartbeat ahead by as much as clocks may differ is stale once home lost can be decided",
    ],
    ["LATCH_FAILURES", 2, 1, "the latch outlasts the ledger's quorum re-forming"],
    [
      "PROCESSOR_TIMEOUT_SECONDS",
      7,
      6,
      "a stuck database is given up before the processor's timeout",
    ],
    [
      "ACTIVATE_TIMEOUT_MS",
      16_001,
      16_000,
      "an activation ends before the orchestrator gives it up",
    ],
    [
      "MIGRATION_LOCK_TIMEOUT_MS",
      4_001,
      4_000,
      "a migration waits for a lock longer than any other statement holds it",
    ],
    [
      "MIGRATION_TIMEOUT_SECONDS",
      601,
      600,
      "a migration's statement and a daily deletion end before the function's timeout",
    ],
    ["FLAPPING_BAD_SLOTS", 12, 13, "flapping fits the looks that are kept"],
    ["SWEEP_TIMEOUT_SECONDS", 59, 60, "a sweep ends before the next one starts"],
    [
      "KEYS_TIMEOUT_MS",
      3_000,
      3_001,
      "the authorizer answers by itself although two reads of keys are silent",
    ],
    ["API_TIMEOUT_SECONDS", 6, 5, "a probe gives up before a function behind the API is cut off"],
    [
      "SENTINEL_RESERVED_CONCURRENCY",
      4,
      3,
      "reserved concurrency covers overlapping sentinel loops",
    ],
    [
      "ORCHESTRATOR_RESERVED_CONCURRENCY",
      19,
      18,
      "reserved concurrency covers overlapping orchestrator loops",
    ],
    [
      "ACTIVATE_TIMEOUT_MS",
      24_999,
      25_000,
      "an activation that has started ends before its invocation",
    ],
    [
      "LOOKS_CALM_SECONDS",
      14,
      13,
      "the sentinel's last slot counts as calm, the one before it does not",
    ],
    ["CANARY_TIMEOUT_SECONDS", 60, 59, "a canary reaches its own verdict before its timeout"],
    ["CANARY_TIMEOUT_SECONDS", 300, 301, "a canary ends before its next start"],
    [
      "OPEN_ORDER_SECONDS",
      298,
      297,
      "an order whose hint was lost is closed before it counts as open for long",
    ],
    [
      "HINT_RETENTION_SECONDS",
      241,
      240,
      "an alarm reports hints that nobody takes before they expire",
    ],
    ["RTO_SECONDS", 292, 291, "every way of failing over fits the RTO"],
  ])("%s may be %d but not %d", (name, allowed, refused, relation) => {
    expect(relations[relation]({ ...shipped, [name]: allowed })).toBe(true);
    expect(relations[relation]({ ...shipped, [name]: refused })).toBe(false);
  });
});

test("the budget of a failover is the one that docs/drill.md is held to", () => {
  const { budget, settledBudgetSeconds, RTO_SECONDS } = rto;
  expect(budget).toEqual({
    homeLostSignsSeconds: 37,
    settlingStoppedSignsSeconds: 94,
    fenceSeconds: 3,
    promotionSeconds: 180,
    activateAndSweepSeconds: 15,
    dnsSeconds: 160,
  });
  expect(settledBudgetSeconds).toEqual({ homeLost: 235, settlingStopped: 292 });
  expect(RTO_SECONDS).toBe(300);
});

test("every number is above 0, and every duration ends in its unit", () => {
  const durations =
    /TIMEOUT|INTERVAL|STALE|REFRESH|TTL|CUTOFF|RESERVE_|RETENTION|VISIBILITY|KEPT_|SCHEDULE/;
  for (const [name, value] of Object.entries(shipped)) {
    if (typeof value !== "number") continue;
    expect([name, value > 0]).toEqual([name, true]);
    if (durations.test(name) && !name.endsWith("_PER_SECOND"))
      expect(name).toMatch(/_(MINUTES|SECONDS|MS)$/);
  }
});
