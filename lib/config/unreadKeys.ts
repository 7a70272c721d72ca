import type { Key } from "./key";
import { nearest } from "./nearest";

/** What is configured, by whole names like `trading-platform:env`, as text. */
export type Texts = Readonly<Record<string, string>>;

function splitAtColon(key: string): [namespace: string, name: string] {
  const colon = key.indexOf(":");
  return [key.slice(0, colon), key.slice(colon + 1)];
}

/** The values of the project's keys, by their names without the project. */
export function textsOf(project: string, all: Texts): Texts {
  const entries = Object.entries(all).map(([key, text]) => [...splitAtColon(key), text] as const);
  return Object.fromEntries(
    entries.filter(([namespace]) => namespace === project).map(([, name, text]) => [name, text]),
  );
}

/**
 * What is configured although nothing reads it. A key that looks like a mistyped one is refused: its
 * value would have no effect. The values are not shown, because they may be secret.
 */
export function findUnread(
  project: string,
  all: Texts,
  keys: Readonly<Record<string, Key<unknown>>>,
): { refused: string[]; ignored: string[] } {
  const names = Object.keys(keys);
  const refused: string[] = [];
  const ignored: string[] = [];
  for (const key of Object.keys(all)) {
    const [namespace, name] = splitAtColon(key);
    if (namespace === "pulumi" || (namespace === project && names.includes(name))) continue;
    if (nearest(namespace, [project]) === undefined) {
      ignored.push(
        `${key}: has no effect; the program reads only keys that start with ${project}:`,
      );
      continue;
    }
    const meant = nearest(name, names);
    const shown = namespace === project ? name : key;
    const hint = meant
      ? `the nearest key is ${meant}, allowed: ${keys[meant]!.allowed}`
      : `the keys are ${names.join(", ")}`;
    const set = meant ? `pulumi config set ${meant} <value> and ` : "";
    refused.push(`${shown}: is not a key; ${hint}; run: ${set}pulumi config rm ${shown}`);
  }
  return { refused, ignored };
}
