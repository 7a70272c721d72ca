import { Stream } from "../../support/simulation/random";
import { type Bound, bounds, largest } from "./bounds";
import type { Expected, Fault, Role, Traits } from "./faults";
import type { Part, Start } from "./parts";
import { scenarios } from "./scenarios";

/** One fault of an outage; times in seconds from its start. */
export interface ScheduledFault {
  /** Its place in what the seed drew: names it for a replay with some faults dropped. */
  readonly index: number;
  readonly atSeconds: number;
  readonly forSeconds: number;
  readonly fault: Fault;
}

/** What goes wrong in one outage, and what the platform owes. */
export interface Schedule {
  readonly seed: string;
  readonly kind: string;
  readonly start: Start;
  readonly faults: readonly ScheduledFault[];
  readonly failover: Expected;
  readonly bound: Bound | undefined;
  /** Recovery is seen by the first order that settles promptly: a fault slows some all the time. */
  readonly isBlurred: boolean;
  /** Accepting is restored with the first order after the fault: some clients ignore DNS. */
  readonly hasStrayClients: boolean;
  /** Two regions at once are more than the design survives: played, never counted as passed. */
  readonly isSurvivable: boolean;
  /** The stack is gone afterwards: nothing is left to heal. */
  readonly isLast: boolean;
}

export interface ScheduleOptions {
  /** The kind of outage, instead of the drawn one. */
  kind?: string | undefined;
  /** Only these faults of what the seed draws, by index. */
  keep?: readonly number[] | undefined;
}

/**
 * Which faults begin at which moments. Each fault has a stream of its own, so that dropping one
 * leaves the others as they were.
 * @throws Error on an unknown kind, naming those there are.
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

/** A schedule of given faults, as tests play them. */
export function scheduleOf(
  seed: string,
  faults: readonly Omit<ScheduledFault, "index">[],
  kind = faults[0]?.fault.name ?? "none",
  start: Start = "armed",
): Schedule {
  const scheduled = faults.map((each, index) => ({ ...each, index }));
  return { seed, kind, start, faults: scheduled, ...owed(scheduled, start) };
}

/** As it is printed with a failure: every fault, when, for how long, with all that was drawn. */
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

/** What these faults together call for, where nothing hinders it. */
export function expectedOf(faults: readonly Traits[]): Expected {
  const expects = (expected: Expected): boolean =>
    faults.some((each) => each.failover === expected);
  if (expects("must")) return "must";
  // Two pauses of settling may look like its end.
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
  // Nothing begins by itself while the standby is active, nor soon after a failback.
  const isHindered = start === "taken over" || all.some((each) => each.hinders === true);
  const isSurvivable = !losesTwo(faults);
  const expected = expectedOf(all);
  const failover = expected === "must" && (isHindered || !isSurvivable) ? "may" : expected;
  const bound = largest(all.map((each) => each.bound));
  const isSeen = !all.some((each) => each.hidesRecovery === true);
  // A command is obeyed whatever hinders a failover that comes by itself.
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

/** Whether two members of the ledger are away at one moment. */
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
