// Property values as the engine sends them: unknowns, secrets and assets are objects or strings
// with a fixed signature (sdk/proto of Pulumi).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSETS = ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"];

/** What a preview does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Input property in which a provider records the inputs that it filled in itself. */
export const DEFAULTS = "__defaults";

export const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);
export const secret = (value) => ({ [SIGNATURE]: SECRET, value });
const isSecret = (value) => isObject(value) && value[SIGNATURE] === SECRET;
const isAsset = (value) => isObject(value) && ASSETS.includes(value[SIGNATURE]);
const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** The value without the marks of secrets, at any depth. */
export function plain(value) {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) && !isAsset(value) ? mapValues(value, plain) : value;
}

export function hasUnknown(value) {
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) ? Object.values(value).some(hasUnknown) : value === UNKNOWN;
}

/** For the journal: no secret, and of an archive the names and the hash of its files. */
export function masked(value) {
  if (isSecret(value)) return "[secret]";
  if (value === UNKNOWN) return "[unknown]";
  if (isAsset(value)) {
    const { hash, assets, path } = value;
    return assets ? { files: mapValues(assets, masked), hash } : { path, hash };
  }
  if (Array.isArray(value)) return value.map(masked);
  return isObject(value) ? mapValues(withoutDefaults(value), masked) : value;
}

export function withoutDefaults(inputs) {
  const { [DEFAULTS]: _, ...rest } = inputs;
  return rest;
}

/** Paths at which two values differ, each with its kind: add, delete or update. */
export function differences(before, after, at = "") {
  const [a, b] = [before, after].map((value) => (isSecret(value) ? value.value : value) ?? null);
  if (a === b) return [];
  if (a === null) return [[at, "add"]];
  if (b === null) return [[at, "delete"]];
  if (isAsset(a) && isAsset(b)) return a.hash === b.hash ? [] : [[at, "update"]];
  if (Array.isArray(a) && Array.isArray(b)) {
    const longer = a.length > b.length ? a : b;
    return longer.flatMap((_, index) => differences(a[index], b[index], `${at}[${index}]`));
  }
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    keys.delete(DEFAULTS);
    return [...keys].flatMap((key) => differences(a[key], b[key], pathOf(at, key)));
  }
  return [[at, "update"]];
}

function pathOf(at, key) {
  if (!at) return key;
  return /^\w+$/.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`;
}

/** The input that a path lies in. */
export const topOf = (path) => path.split(/[.[]/)[0];

/** Type token and Pulumi name of a URN. */
export function partsOf(urn) {
  const [, , types, ...name] = urn.split("::");
  return { type: types.split("$").pop(), name: name.join("::") };
}
