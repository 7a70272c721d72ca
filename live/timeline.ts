/** Who has done or computed what an entry tells. */
export type Source = "fault" | "functions" | "drill" | "PostgreSQL" | "clients" | "operator";

export interface Entry {
  atMs: number;
  /** Seconds since the last fault or failback; undefined before the first one. */
  seconds: number | undefined;
  source: Source;
  text: string;
}

/** What happens, in the order in which it happens. */
export class Timeline {
  readonly entries: Entry[] = [];
  /** When the last fault or failback began. */
  beganMs: number | undefined;
  private readonly listeners = new Set<(entry: Entry) => void>();

  onEntry(listen: (entry: Entry) => void): void {
    this.listeners.add(listen);
  }

  /** Begins to count the seconds anew. */
  begin(source: Source, text: string): void {
    this.beganMs = Date.now();
    this.add(source, text);
  }

  add(source: Source, text: string): void {
    const atMs = Date.now();
    const seconds = this.beganMs === undefined ? undefined : (atMs - this.beganMs) / 1000;
    const entry = { atMs, seconds, source, text };
    this.entries.push(entry);
    for (const listen of this.listeners) listen(entry);
  }
}
