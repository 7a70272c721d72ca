import { OptionError } from "../../support/cli/options";

/** One fault to keep in a replay, shortened if a duration is given. */
export interface Kept {
  index: number;
  seconds?: number;
}

/** Parses `--keep`. @throws OptionError that says what was given and what is allowed. */
export function keptOf(text: string): Kept[] {
  const keep = text.split(",").map((each) => {
    const match = /^(\d{1,3})(?::(\d+(?:\.\d+)?))?$/.exec(each);
    if (match === null || Number(match[2] ?? 1) === 0) {
      throw new OptionError(
        `--keep: got "${each}"; allowed is INDEX or INDEX:SECONDS, the seconds above 0`,
      );
    }
    const index = Number(match[1]);
    return match[2] === undefined ? { index } : { index, seconds: Number(match[2]) };
  });
  const twice = keep.find(({ index }, i) => keep.findIndex((each) => each.index === index) !== i);
  if (twice !== undefined)
    throw new OptionError(`--keep: got ${twice.index} twice in "${text}"; name each fault once`);
  return keep;
}

/** Formats faults as `--keep` accepts them. */
export function keepText(keep: readonly Kept[]): string {
  return keep
    .map(({ index, seconds }) => (seconds === undefined ? `${index}` : `${index}:${seconds}`))
    .join(",");
}

/**
 * @param drawn indexes of the faults that the seed draws @throws OptionError for a fault that was
 * not drawn, because a replay without it would show nothing
 */
export function assertDrawn(keep: readonly Kept[], drawn: readonly number[]): void {
  const missing = keep.find(({ index }) => !drawn.includes(index));
  if (missing === undefined) return;
  const allowed = drawn.length === 0 ? "it draws no fault" : `allowed are ${drawn.join(", ")}`;
  throw new OptionError(`--keep: got ${missing.index}, which this seed does not draw; ${allowed}`);
}
