import type { Key } from "./key";
import type { Texts } from "./unreadKeys";

interface Complaint {
  readonly key: string;
  readonly got: unknown;
  /** Why the value is refused, as the end of a sentence about it. */
  readonly because?: string | undefined;
  /** @default - the allowed values of the key */
  readonly allowed?: string;
  /** The command that repairs it. @default - sets the key; the reader chooses the value */
  readonly run?: string;
}

/** Reads and validates one key after the other, and collects all complaints and warnings. */
export class ConfigReader {
  readonly complaints: string[] = [];
  readonly warnings: string[] = [];

  constructor(
    private readonly texts: Texts,
    private readonly keys: Readonly<Record<string, Key<unknown>>>,
  ) {}

  complain({ key, got, because, allowed, run }: Complaint): void {
    const { allowed: allowedByKey, default: fallback } = this.keys[key]!;
    const path = Array.isArray(fallback) ? `--path '${key}[0]'` : key;
    const reason = because === undefined ? "" : `, which ${because}`;
    this.complaints.push(
      `${key}: got ${JSON.stringify(got)}${reason}; allowed: ${allowed ?? allowedByKey}; ` +
        `run: ${run ?? `pulumi config set ${path} <value>`}`,
    );
  }

  warn(key: string, got: unknown, doubt: string): void {
    this.warnings.push(`${key}: ${JSON.stringify(got)} ${doubt}`);
  }

  /** The value of a key, or undefined if the key is not used or its value is not allowed. */
  read(name: string): unknown {
    const key = this.keys[name]!;
    if (key.isUsed && !key.isUsed((other) => String(this.configured(other)))) return undefined;
    const got = this.configured(name);
    const { success, data } = key.schema.safeParse(got);
    const because = success ? key.refusal?.(data) : undefined;
    if (!success || because !== undefined) {
      this.complain({ key: name, got, because });
      return undefined;
    }
    const doubt = key.doubt?.(data);
    if (doubt !== undefined) this.warn(name, got, doubt);
    return data;
  }

  /** The configured value, or the default. Lists are configured as JSON. */
  private configured(name: string): unknown {
    const { default: fallback } = this.keys[name]!;
    const got = this.texts[name];
    if (got === undefined) return fallback;
    if (!Array.isArray(fallback)) return got;
    try {
      return JSON.parse(got) as unknown;
    } catch {
      return got;
    }
  }
}
