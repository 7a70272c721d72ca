import { Stream } from "../../support/simulation/random";
import { type Bound, bounds, largest } from "./bounds";
import type { Expected, Fault, Role, Traits } from "./faults";
import type { Part, Start } from "./parts";
import { scenarios } from "./scenarios";

/** One fault of an outage; times in seconds from its start. */
export interface ScheduledFault {
  /** Its position in what the seed drew. It identifies the fault when a replay drops others. */
  readonly index: number;
  readonly atSeconds: number;
  readonly forSeconds: number;
  readonly fault: Fault;
}

/** The faults of one outage, and what the platform must do about them. */
export interface Schedule {
  readonly seed: string;
  readonly kind: string;
  readonly start: Start;
  readonly faults: readonly ScheduledFault[];
  readonly failover: Expected;
  readonly bound: Bound | undefined;
  /** A fault slows some orders throughout, so recovery is the first order that settles promptly. */
  readonly isBlurred: boolean;
  /**
   * Some clients ignore DNS, so accepting counts as restored with the first accepted order after
   * the fault.
   */
  readonly hasStrayClients: boolean;
  /**
   * False if two regions are lost at once: no design survives that. It is played but never counted
   * as passed.
   */
  readonly isSurvivable: boolean;
  /** The stack is destroyed: nothing remains that could heal. */
  readonly isLast: boolean;
}

export interface ScheduleOptions {
  /** The kind of outage; drawn if undefined. */
  kind?: string | undefined;
  /** Keeps only these of the drawn faults, by index. */
  keep?: readonly number[] | undefined;
}

/**
 * Draws which faults begin when. Each fault has a random stream of its own, so dropping one leaves
 * the others unchanged. @throws Error on an unknown kind; the message lists the known kinds.
 */
export function drawSchedule(seed: string, { kind, keep }: ScheduleOptions = {}): Schedule {
  const scenario =
    kind === undefined
      ? drawScenario(new Stream(`${seed}/scenario`))
      : scenarios.find((each) => each.name === kind);
  if (scenario === undefined) {
    throw new Error(`no kind of outage "${kind}": ${kinds.join(", ")}`);
  }
  const parts = scenario.parts(new Stream(`${seed}/parts`));
  const faults = parts
    .map((part, index) => drawPart(part, index, new Stream(`${seed}/fault/${index}`)))
    .filter(({ index }) => keep === undefined || keep.includes(index));
  const { name, start = "armed" } = scenario;
  return { seed, kind: name, start, faults, ...owed(faults, start) };
}

/** Names of all kinds of outage, as `--fault` takes them. */
export const kinds: readonly string[] = scenarios.map(({ name }) => name);

/** A schedule of the given faults, for tests. */
export function scheduleOf(
  seed: string,
  faults: readonly Omit<ScheduledFault, "index">[],
  kind = faults[0]?.fault.name ?? "none",
  start: Start = "armed",
): Schedule {
  const scheduled = faults.map((each, index) => ({ ...each, index }));
  return { seed, kind, start, faults: scheduled, ...owed(scheduled, start) };
}

/** The schedule as printed with a failure: each fault with its start, duration and drawn values. */
export function scheduleText({ faults }: Schedule): string {
  return faults
    .map(({ index, atSeconds, forSeconds, fault }) => {
      const from = atSeconds.toFixed(1).padStart(7);
      return `#${index} ${from} s, for ${forSeconds.toFixed(1)} s: ${fault.description}`;
    })
    .join("\n");
}

const allWeights = scenarios.reduce((sum, { weight }) => sum + weight, 0);

function drawScenario(stream: Stream): (typeof scenarios)[number] {
  let at = stream.uniform() * allWeights;
  for (const scenario of scenarios) {
    at -= scenario.weight;
    if (at < 0) return scenario;
  }
  return scenarios[0]!;
}

function drawPart({ kind, at, lasts }: Part, index: number, stream: Stream): ScheduledFault {
  const atSeconds = stream.between(...at);
  const forSeconds = stream.between(...(lasts ?? kind.lasts));
  return { index, atSeconds, forSeconds, fault: kind.draw(stream) };
}

/** What these faults together require, if nothing hinders an automatic failover. */
export function expectedOf(faults: readonly Traits[]): Expected {
  const expects = (expected: Expected): boolean =>
    faults.some((each) => each.failover === expected);
  if (expects("must")) return "must";
  // Two pauses of settling together may look as if settling had stopped.
  const delays = faults.filter((each) => each.delaysSettling === true).length;
  return expects("may") || delays > 1 ? "may" : "must not";
}

function owed(
  faults: readonly ScheduledFault[],
  start: Start,
): Pick<
  Schedule,
  "failover" | "bound" | "isBlurred" | "hasStrayClients" | "isSurvivable" | "isLast"
> {
  const all = faults.map(({ fault }) => fault);
  // No automatic failover can begin while the standby is active, or soon after a failback.
  const isHindered = start === "taken over" || all.some((each) => each.hinders === true);
  const isSurvivable = !losesTwo(faults);
  const expected = expectedOf(all);
  const failover = expected === "must" && (isHindered || !isSurvivable) ? "may" : expected;
  const bound = largest(all.map((each) => each.bound));
  const isSeen = !all.some((each) => each.hidesRecovery === true);
  // An operator's command is carried out even if something hinders automatic failover.
  const isHeld = isSeen && (failover === "must" || bound === bounds.commanded);
  return {
    failover,
    bound: isHeld && isSurvivable ? bound : undefined,
    isBlurred: all.some((each) => each.slowsOrders === true),
    hasStrayClients: all.some((each) => each.misleadsClients === true),
    isSurvivable,
    isLast: all.some((each) => each.isLast === true),
  };
}

/** Whether two members of the ledger are lost at the same time. */
function losesTwo(faults: readonly ScheduledFault[]): boolean {
  const spans = faults.flatMap(({ atSeconds, forSeconds, fault }) =>
    (fault.takes ?? []).map((role: Role) => ({
      role,
      from: atSeconds,
      to: atSeconds + forSeconds,
    })),
  );
  return spans.some((one) =>
    spans.some((other) => one.role !== other.role && one.from < other.to && other.from < one.to),
  );
}
