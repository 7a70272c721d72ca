/**
 * Plays the same outage from the deployment and from an armed platform, and returns what was seen
 * of both.
 */
import type { Control } from "../../../lambda/control/control";
import type { Progress } from "../../../lambda/detection/evidence";
import { beginningOf } from "../../scenario/arming";
import { recoverySeconds } from "../../scenario/recoverySeconds";
import { nothing } from "../../scenario/faults";
import type { Stage } from "../../scenario/faults/fault";
import { type Outage, playOutage } from "../../scenario/outage";
import type { Platform } from "../../scenario/platform";
import { checkOutage } from "../../scenario/promises";
import { type ScheduledFault, drawSchedule } from "../../scenario/schedule";
import type { Beginning } from "../../world/world";

/** A kind of outage and a seed. */
export type Drawn = readonly [kind: string, seed: string];

/** Orders this old have been swept in both regions, so nothing is in progress for them. */
const AT_REST_MS = 130_000;

/** The state of the platform without time-dependent values. */
export function timelessOf({ world, ledgerTable }: Stage) {
  const { base, dynamodb, cloudwatch, aurora, schedules, route53, sqs } = world;
  const { alarms, composites, healthChecks, queues } = base.program;
  const control = dynamodb.peek(ledgerTable, "control") as unknown as Control;
  const kinds = new Set<string>();
  for (const [table, items] of dynamodb.contents()) {
    for (const [key, item] of items) {
      const { acceptedAt, shard } = item as { acceptedAt?: string; shard?: string };
      const isOrder = acceptedAt !== undefined;
      if (isOrder && base.nowMs - Date.parse(acceptedAt) < AT_REST_MS) continue;
      const what = isOrder ? `order ${shard?.split("#")[0]}` : key;
      kinds.add(`${table} ${what}: ${Object.keys(item).sort().join(", ")}`);
    }
  }
  return {
    control: { ...control, sinceMs: 0, newestRowAtMs: 0 },
    items: [...kinds].sort(),
    members: [...aurora.members.values()].map(({ role, isDown, isFenced, volume: { state } }) => ({
      role,
      isDown,
      isFenced,
      writerEpoch: state.writerEpoch,
      migrations: [...(state.migrations ?? [])],
      user: state.hasApplicationUser,
      columns: [...new Set([...state.rows.values()].map((row) => Object.keys(row).join()))],
      epochs: [...new Set([...state.rows.values()].map(({ epoch }) => epoch))],
    })),
    rules: [...schedules.rules.values()].map(({ name, isEnabled, targets }) => ({
      name,
      isEnabled,
      targets: targets.map(({ arn }) => arn),
    })),
    // An alarm without data is as silent as one in OK.
    alarms: [...alarms, ...composites]
      .filter(({ region, arn }) => cloudwatch.alarms.stateOf(region, arn) === "ALARM")
      .map(({ name }) => name),
    checks: healthChecks.map(({ id }) => route53.isHealthy(id)),
    // A few hints may be in flight; more are a backlog.
    backlogs: queues.filter(({ url }) => sqs.held(url) > 3).map(({ name }) => name),
  };
}

/** The ages of the signs of life, in seconds. */
function agesOf({ world, ledgerTable, region }: Stage) {
  const { base, dynamodb, aurora } = world;
  const age = (atMs: number): number => (base.nowMs - atMs) / 1000;
  const alive = (role: string): number =>
    age(Number(dynamodb.peek(ledgerTable, `alive#${region(role)}`)!["atMs"]));
  const progress = dynamodb.peek(ledgerTable, `progress#${region("home")}`) as unknown as Progress;
  const rows = [...aurora.writer.volume.state.rows.values()];
  return {
    homeAlive: alive("home"),
    standbyAlive: alive("standby"),
    progress: age(progress.lastAtMs),
    newestRow: age(Math.max(...rows.map(({ committedAtMs }) => committedAtMs))),
    settledFor: age(progress.firstAtMs),
  };
}

/** The end of an outage without time-dependent values. */
function endOf(outage: Outage) {
  const { missing, doubled } = outage.verdict;
  const control = { ...outage.control!, sinceMs: 0, newestRowAtMs: 0 };
  return { broken: checkOutage(outage), missing, doubled, control };
}

export interface Seen {
  timeless: ReturnType<typeof timelessOf>;
  ages: ReturnType<typeof agesOf>;
  atSeconds: number;
  /** Alarms that went off between the arming and the fault. */
  rang: readonly string[];
  end: ReturnType<typeof endOf> & { failovers: number };
  /** Recovery time minus the drawn promotion time, in seconds. */
  overhead: number | null;
}

export type Pair = readonly [deployed: Seen, snapshot: Seen];

/**
 * Plays what the seed draws of a kind. Observes it from the arming on, and closely before the
 * fault.
 */
async function play(platform: Platform, [kind, seed]: Drawn, beginning?: Beginning): Promise<Seen> {
  const drawn = drawSchedule(seed, { kind });
  const main = drawn.faults[0]!;
  const { atSeconds } = main;
  let before: Pick<Seen, "timeless" | "ages"> | undefined;
  const rang = new Set<string>();
  let failovers = 0;
  const watch = ({ world: { base, cloudwatch } }: Stage): void => {
    for (const { region, arn, name } of [...base.program.alarms, ...base.program.composites]) {
      if (cloudwatch.alarms.stateOf(region, arn) === "ALARM") rang.add(name);
    }
    base.watch((each) => {
      const isRing = each.kind === "alarm" && each.state === "ALARM";
      if (before === undefined && isRing) rang.add(each.name);
      if (each.kind === "failover called") failovers++;
    });
  };
  const begin = (stage: Stage): void => {
    before = { timeless: timelessOf(stage), ages: agesOf(stage) };
    main.fault.begin(stage);
  };
  const watching: ScheduledFault = {
    index: 1,
    atSeconds: 0,
    forSeconds: 0,
    fault: { ...nothing, begin: watch },
  };
  const faults = [watching, { ...main, fault: { ...main.fault, begin } }];
  const outage = await playOutage(platform, { seed, schedule: { ...drawn, faults }, beginning });
  const { overhead } = recoverySeconds(outage);
  const end = { ...endOf(outage), failovers };
  return { ...before!, atSeconds, rang: [...rang], end, overhead };
}

export async function playPair(platform: Platform, drawn: Drawn): Promise<Pair> {
  return [
    await play(platform, drawn),
    await play(platform, drawn, await beginningOf(platform, "armed")),
  ];
}
