import type { Mutation } from "../mutation";

/** Home counts as lost if the standby cannot reach it, whatever home itself last wrote. */
export const oneWitness: Mutation = {
  name: "one witness suffices",
  sources: [
    { file: "lambda/detection/evidence.ts", from: "    silentMs !== null &&\n", to: "" },
    {
      file: "lambda/detection/evidence.ts",
      from: "silentMs > ALIVE_STALE_SECONDS * 1000",
      to: "true",
    },
  ],
};

/** A failure to reach anything, the standby's own API included, counts against home. */
export const silenceIsASign: Mutation = {
  name: "silence is a sign",
  sources: [
    {
      file: "lambda/detection/probe.ts",
      from: 'if (hasFailed(home)) return standby === null ? "blind" : "bad";',
      to: 'if (hasFailed(home)) return "bad";',
    },
  ],
};

/**
 * The pollers place canary orders in every tenth slot only, so a quiet market looks as if settling
 * had stopped.
 */
export const rareCanaryOrders: Mutation = {
  name: "rare canary orders",
  sources: [
    {
      file: "lambda/detection/probe.ts",
      from: "request(runtime, log, () => canaryOrder(runtime, homeUrl, atMs)),",
      to: `Math.floor(atMs / (LOOK_SLOT_SECONDS * 1000)) % 10 === 0
        ? request(runtime, log, () => canaryOrder(runtime, homeUrl, atMs))
        : Promise.resolve(null),`,
    },
    {
      file: "lambda/detection/probe.ts",
      from: "CANARY_ORDERS_AT_MS.filter((atMs) => atMs > sinceSlotMs)",
      to: "CANARY_ORDERS_AT_MS.slice(2)",
    },
  ],
};

/**
 * Requires more bad polls before flapping counts as a sign. That many rarely occur without three in
 * a row, which already count as home lost.
 */
export const lateFlapping: Mutation = {
  name: "flapping at six bad looks",
  sources: [
    {
      file: "lambda/detection/tunables.ts",
      from: "export const FLAPPING_BAD_SLOTS = 4;",
      to: "export const FLAPPING_BAD_SLOTS = 6;",
    },
  ],
};

/** Settling counts as stopped before Aurora had time to fail over inside home. */
export const shortPatience: Mutation = {
  name: "T below an AZ failover",
  sources: [
    {
      file: "lambda/detection/tunables.ts",
      from: "export const PROGRESS_STALE_SECONDS = 80;",
      to: "export const PROGRESS_STALE_SECONDS = 40;",
    },
  ],
};

/** Home is fenced without checking that the standby can take over. */
export const unreadyIsFencedFor: Mutation = {
  name: "fence for a standby that is not ready",
  sources: [
    {
      file: "lambda/failover/decide.ts",
      from: "if (isKnownUnready(observation)) {",
      to: "if (false) {",
    },
  ],
};

/** The daily backup of the standby's cluster delays a takeover. */
export const backupIsUnready: Mutation = {
  name: "a standby that is backed up is not ready",
  sources: [
    {
      file: "lambda/failover/targetDatabase.ts",
      from: 'new Set(["available", "backing-up"])',
      to: 'new Set(["available"])',
    },
  ],
};

/** The notice is recorded as sent, but nothing is published. */
export const noNotice: Mutation = {
  name: "nobody is told of a takeover",
  sources: [
    {
      file: "lambda/failover/act.ts",
      from: "await publish(runtime, `${active} is active (epoch ${control.epoch})`, {",
      to: "void ({",
    },
  ],
};

/**
 * An automatic takeover uses a switchover, which loses nothing but needs the lost region's help.
 */
export const automaticSwitchover: Mutation = {
  name: "switchover on the automatic way",
  sources: [
    {
      file: "lambda/failover/decide.ts",
      from: 'return { do: "fence", target: standby, how: "failover", isAutomatic: true, because: sign };',
      to: 'return { do: "fence", target: standby, how: "switchover", isAutomatic: true, because: sign };',
    },
  ],
};

/**
 * The fence's target is ignored: an orchestrator that finds a fence continues towards the standby,
 * unless its own operator's command says otherwise.
 */
export const noTarget: Mutation = {
  name: "no target",
  sources: [
    {
      file: "lambda/failover/decide.ts",
      from: 'if (typeof control === "object" && control.target !== null) return control.target;',
      to: `if (typeof control === "object" && control.active === null) {
        return control.how === "start" ? home : standby;
      }`,
    },
    {
      file: "lambda/failover/decide.ts",
      from: "if (control.target !== null) return advance(observation, control, control.target);",
      to: `if (control.target !== null) {
        const { home, standby } = observation;
        return advance(observation, control, takeoverRegion(control, command, home, standby));
      }`,
    },
    {
      file: "lambda/failover/act.ts",
      from: "activated(control, result.newestRowAtMs, nowMs)",
      to: "activated({ ...control, target }, result.newestRowAtMs, nowMs)",
    },
  ],
};

/** With a greater replication lag, the standby's database is not promoted. */
const LAG_GATE_MS = 60_000;

/**
 * Refuses a takeover that would lose rows: it compares the standby's newest row with home's last
 * settled order.
 */
export const lagAsAGate: Mutation = {
  name: "lag as a gate",
  sources: [
    {
      file: "lambda/failover/act.ts",
      from: "if (action.isAutomatic && (await tickIsGone(runtime, log))) {",
      to: `if (action.isAutomatic && (await lagMs(runtime, log)) > ${LAG_GATE_MS}) {
        throw new StaleObservationError("the standby's database is too far behind");
      }
      if (action.isAutomatic && (await tickIsGone(runtime, log))) {`,
    },
    {
      file: "lambda/failover/act.ts",
      from: "async function tickIsGone(runtime: ActRuntime, log: Log): Promise<boolean> {",
      to: `async function lagMs(runtime: ActRuntime, log: Log): Promise<number> {
        const standby = variable(runtime.env, "STANDBY_REGION");
        const progress = await readProgress(runtime, table(runtime), variable(runtime.env, "HOME_REGION"), log);
        const newestMs = await within(runtime.clock, NOTIFY_TIMEOUT_MS, "lag", (abortSignal) =>
          runtime.lambda(standby).send(
            new InvokeCommand({
              FunctionName: byRegion(runtime, standby, "SWEEP_FUNCTION"),
              InvocationType: "RequestResponse",
              Payload: Buffer.from('{"lag":true}'),
            }),
            { abortSignal },
          ),
        ).then(({ Payload }) => JSON.parse(Buffer.from(Payload ?? []).toString()).newestRowAtMs)
          .catch(() => null);
        return typeof newestMs === "number" && progress !== null ? progress.lastAtMs - newestMs : 0;
      }

      async function tickIsGone(runtime: ActRuntime, log: Log): Promise<boolean> {`,
    },
    {
      file: "lambda/handlers/settlementSweep.ts",
      from: "const event = readSweepEvent(received);",
      to: `if ("lag" in (received as object)) {
        const [row] = await site.sql(READ_EPOCH, []);
        return { newestRowAtMs: new Date(row.newest_row_at).getTime() };
      }
      const event = readSweepEvent(received);`,
    },
    {
      file: "lambda/handlers/settlementSweep.ts",
      from: 'import { seeOrders } from "../orders/database";',
      to: 'import { READ_EPOCH, seeOrders } from "../orders/database";',
    },
  ],
};

/** An operator's disarm before a deployment has no effect. */
export const disarmIgnored: Mutation = {
  name: "disarm ignored",
  sources: [
    { file: "lambda/detection/evidence.ts", from: "!isDisarmed(control, nowMs) &&", to: "" },
  ],
};

/** Home need not have settled orders for a while: a failback arms the platform at once. */
export const armedAtOnce: Mutation = {
  name: "armed at once",
  sources: [
    {
      file: "lambda/detection/evidence.ts",
      from: "progress.lastAtMs - progress.firstAtMs >= ARMED_AFTER_SECONDS * 1000",
      to: "true",
    },
  ],
};

/** A failback does not wait for rows that home has not received yet. */
export const failbackByFailover: Mutation = {
  name: "failback by failover",
  sources: [
    {
      file: "lambda/failover/decide.ts",
      from: 'observation.home, "switchover", "operator: failback"',
      to: 'observation.home, "failover", "operator: failback"',
    },
  ],
};

/**
 * Only canary orders that fail one after the other count. A refused one is not repeated, and they
 * share the clients' throttle.
 */
export const refusalsHideFailures: Mutation = {
  name: "refused requests hide failures",
  sources: [
    {
      file: "lambda/detection/evidence.ts",
      from: 'outcomes.slice(outcomes.lastIndexOf("accepted") + 1)',
      to: 'outcomes.slice(outcomes.findLastIndex((canary) => canary !== "failed") + 1)',
    },
    {
      file: "lambda/detection/probe.ts",
      from: "if (!isRefused(answer)) return answer;",
      to: "return answer;",
    },
    {
      file: "lambda/detection/canaryOrder.ts",
      from: "url: `${apiUrl}${CANARY_ORDERS_PATH}`,",
      to: "url: `${apiUrl}/orders`,",
    },
  ],
};

/** What the ledger holds is taken as it is, whatever its type and however late its time. */
export const evidenceUnchecked: Mutation = {
  name: "evidence without a schema",
  sources: [
    {
      file: "lambda/detection/storedEvidence.ts",
      from: "if (parsed.success) return parsed.data;",
      to: "return (parsed.success ? parsed.data : item) as T;",
    },
  ],
};

/** Fields that a command does not have are dropped, and so is what a mistyped `dryRun` asks for. */
export const unknownFieldsDropped: Mutation = {
  name: "unknown fields dropped",
  sources: [
    {
      file: "lambda/failover/trigger.ts",
      from: 'z.strictObject({ action: z.literal("failover"), to, dryRun })',
      to: 'z.object({ action: z.literal("failover"), to })',
    },
  ],
};
