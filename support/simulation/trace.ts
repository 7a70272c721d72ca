/** What happened, as a running hash always and as lines when asked: two runs of a seed agree. */
export class Trace {
  readonly lines: string[] = [];
  private low = 0x811c9dc5 | 0;
  private high = 0x01234567;

  /** @param isKept whether lines are kept: callers build the text of a line only then. */
  constructor(
    readonly isKept: boolean,
    private readonly nowMs: () => number,
  ) {}

  get hash(): string {
    return hex(this.high) + hex(this.low);
  }

  mix(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193);
    this.high = Math.imul(this.high ^ (value + (this.low >>> 13)), 0x85ebca6b);
  }

  line(who: string, what: string): void {
    if (this.isKept) this.lines.push(`${new Date(this.nowMs()).toISOString()} ${who}: ${what}`);
  }
}

/** A short text as a number to be mixed: the kind of an outcome, not a sentence built for it. */
export function markOf(text: string): number {
  let mark = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) mark = Math.imul(mark ^ text.charCodeAt(i), 0x01000193);
  return mark;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
