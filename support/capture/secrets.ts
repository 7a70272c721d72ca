import type { Properties } from "./state";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Takes the wrapping off secrets and notes where they were. */
export function unwrapSecrets(value: unknown, at: string, secretPaths: string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => unwrapSecrets(item, `${at}[${index}]`, secretPaths));
  }
  const record = value as Properties;
  if (record[SIGNATURE] === SECRET_SIGNATURE) {
    secretPaths.push(at);
    return unwrapSecrets(record.value, at, []);
  }
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => [
      key,
      unwrapSecrets(item, at === "" ? key : `${at}.${key}`, secretPaths),
    ]),
  );
}
