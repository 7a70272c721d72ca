import type { BoundResult, Distribution } from "../runner/tally";
import { type Bound, bounds } from "../scenario/bounds";

export const recoveryHeader = ["", "outages", "p50", "p99", "max", "never", "held to"];

/**
 * Recovery times by bound, in seconds from the fault. The p99 and maximum cover the outages that
 * recovered.
 */
export function recoveryRows(results: readonly BoundResult[]): string[][] {
  return results.flatMap(({ bound: name, settled, accepted, overhead }) => {
    const bound = Object.values<Bound>(bounds).find((each) => each.name === name);
    const limit = (what: string, seconds: number | undefined): string[] =>
      seconds === undefined ? [] : [`${what} ${seconds}`];
    return [
      row(`${name}: settled`, settled, [
        ...limit("p99", bound?.settledP99Seconds),
        ...limit("goal", bound?.settledGoalSeconds),
        ...limit("max", bound?.settledMaxSeconds),
      ]),
      row("  accepted", accepted, limit("p99", bound?.acceptedP99Seconds)),
      row("  settled, above the promotion", overhead, [
        ...limit("p99", bound?.overheadP99Seconds),
        ...limit("max", bound?.overheadMaxSeconds),
      ]),
    ];
  });
}

function row(name: string, distribution: Distribution, limits: readonly string[]): string[] {
  const { count, p50, p99, max, never } = distribution;
  const text = (value: number | null): string => (value === null ? "-" : value.toFixed(1));
  return [
    name,
    String(count),
    ...[p50, p99, max].map(text),
    never === 0 ? "" : String(never),
    limits.join(", "),
  ];
}
