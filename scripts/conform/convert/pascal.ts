export type Inputs = Record<string, unknown>;

/** New names of keys; null leaves a key out. */
type Renames = Readonly<Record<string, string | null>>;

/** Their keys are the program's own. */
const ownKeys = new Set(["variables", "environmentVariables", "tags"]);

/**
 * Inputs with the names that AWS uses: CloudFormation and most APIs call `kmsKeyId` KmsKeyId. A key
 * that nobody has renamed or left out is passed on, so that a validator complains if AWS does not
 * have it.
 */
export function pascal<T>(value: T, renames?: Renames): T;
export function pascal(value: unknown, renames: Renames = {}): unknown {
  if (Array.isArray(value)) return value.map((item) => pascal(item as unknown, renames));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const name = key in renames ? renames[key] : key[0]!.toUpperCase() + key.slice(1);
    if (name === null || name === undefined || item === undefined) return [];
    return [[name, ownKeys.has(key) ? item : pascal(item, renames)] as const];
  });
  return Object.fromEntries(entries);
}

export function isObject(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function object(value: unknown): Inputs {
  return isObject(value) ? value : {};
}

export function objects(value: unknown): Inputs[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function without(inputs: Inputs, ...keys: string[]): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !keys.includes(key)));
}

/** A text as it is, anything else as JSON. */
export function text(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? fallback);
}

/** Without what is undefined. */
export function defined(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

/** All values as texts, as some APIs want attributes. */
export function texts(inputs: Inputs): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, text(value)]));
}
