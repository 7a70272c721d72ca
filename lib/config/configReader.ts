import type { Key } from "./key";

/** The part of `pulumi.Config` that is used here. */
export interface ConfigSource {
  get(key: string): string | undefined;
  getObject<T>(key: string): T | undefined;
}

/** Reads and validates one key after the other, and collects all complaints. */
export class ConfigReader {
  readonly complaints: string[] = [];

  constructor(
    private readonly source: ConfigSource,
    private readonly keys: Readonly<Record<string, Key<unknown>>>,
  ) {}

  complain(name: string, got: unknown, allowed: string, remedy: string): void {
    const set = Array.isArray(this.keys[name]?.default) ? `--path '${name}[0]'` : name;
    const what = `${name}: got ${JSON.stringify(got)}; allowed: ${allowed}`;
    this.complaints.push(`${what}; run: pulumi config set ${set} ${remedy}`);
  }

  /** The value of a key, or undefined if the key is not used or its value is not allowed. */
  read(name: string): unknown {
    const { schema, allowed, remedy, isUsed } = this.keys[name]!;
    if (isUsed && !isUsed((other) => String(this.configured(other)))) return undefined;
    const got = this.configured(name);
    const { success, data } = schema.safeParse(got);
    if (!success) this.complain(name, got, allowed, remedy);
    return data;
  }

  /** The configured value, or the default, or an empty string. */
  private configured(name: string): unknown {
    const { default: fallback = "" } = this.keys[name]!;
    if (!Array.isArray(fallback)) return this.source.get(name) ?? fallback;
    try {
      return this.source.getObject(name) ?? fallback;
    } catch {
      return this.source.get(name);
    }
  }
}
