/** What `pulumi.Config` offers, as far as it is used here. */
export interface ConfigSource {
  get(key: string): string | undefined;
  getObject<T>(key: string): T | undefined;
}

/** A key, the pattern of its values, and the pattern in words. */
type Rule<Key extends string> = readonly [key: Key, pattern: RegExp, allowed: string];

/** Reads and checks one key after the other and remembers every complaint. */
export class ConfigReader<Key extends string> {
  readonly complaints: string[] = [];

  constructor(
    private readonly source: ConfigSource,
    private readonly defaults: Readonly<Partial<Record<Key, string | readonly string[]>>>,
  ) {}

  /** The value as text; empty where nothing is configured and nothing is the default. */
  text(key: Key): string {
    const value = this.source.get(key) ?? this.defaults[key];
    return typeof value === "string" ? value : "";
  }

  complain(key: Key, got: unknown, allowed: string, remedy: string): void {
    this.complaints.push(`${key}: got ${JSON.stringify(got)}; allowed: ${allowed}; ${remedy}`);
  }

  matching(...[key, pattern, allowed]: Rule<Key>): string {
    const got = this.text(key);
    if (!pattern.test(got)) {
      this.complain(key, got, allowed, `run: pulumi config set ${key} <value>`);
    }
    return got;
  }

  /** Two keys that mean nothing alone: both, or undefined where neither is set. */
  together(one: Rule<Key>, other: Rule<Key>): readonly [string, string] | undefined {
    if (this.text(one[0]) === "" && this.text(other[0]) === "") return undefined;
    const both = ([key, pattern, allowed]: Rule<Key>, partner: Key) =>
      this.matching(key, pattern, `${allowed}, together with ${partner}`);
    return [both(one, other[0]), both(other, one[0])];
  }

  number(key: Key, min: number, max: number, step: number): number {
    const got = this.text(key);
    const value = Number(got);
    if (got.trim() === "" || !(value >= min && value <= max) || value % step !== 0) {
      const allowed = `${min} to ${max} in steps of ${step}`;
      this.complain(key, got, allowed, `run: pulumi config set ${key} <number>`);
    }
    return value;
  }

  oneOf<T extends string>(key: Key, allowed: readonly T[]): T {
    const got = this.text(key);
    if (!(allowed as readonly string[]).includes(got)) {
      this.complain(key, got, allowed.join(" or "), `run: pulumi config set ${key} ${allowed[0]}`);
    }
    return got as T;
  }

  /** A list of texts that all match. */
  texts(key: Key, pattern: RegExp, allowed: string, example: string): string[] {
    let got: unknown;
    try {
      got = this.source.getObject(key) ?? this.defaults[key];
    } catch {
      got = this.source.get(key);
    }
    const valid = Array.isArray(got) && got.every((text) => pattern.test(String(text)));
    if (!valid) {
      this.complain(key, got, allowed, `run: pulumi config set --path '${key}[0]' ${example}`);
    }
    return valid ? (got as string[]) : [];
  }
}
