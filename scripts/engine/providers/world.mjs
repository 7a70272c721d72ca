// What the provider processes of one stack share, as files below RIG_STATE: the journal, one record
// for each live resource, and the rules of a test.
import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { partsOf } from "./values.mjs";

const state = process.env.RIG_STATE;
const world = path.join(state, "world");
const lock = path.join(state, "world.lock");
mkdirSync(world, { recursive: true });

/** Milliseconds that slow services take with RIG_SLOW=1, so that a missing dependency shows. */
const SLOW_MS = {
  "create:aws:rds/cluster:Cluster": 200,
  "create:aws:rds/clusterInstance:ClusterInstance": 900,
  "delete:aws:rds/clusterInstance:ClusterInstance": 600,
  "delete:aws:rds/cluster:Cluster": 300,
};

/** One line of the journal. */
export function note(op, urn, more) {
  const entry = { time: new Date().toISOString(), op, ...partsOf(urn), urn, ...more };
  appendFileSync(path.join(state, "journal.jsonl"), `${JSON.stringify(entry)}\n`);
}

function fileOf(urn, id) {
  const name = createHash("sha256").update(`${urn} ${id}`).digest("hex").slice(0, 32);
  return path.join(world, `${name}.json`);
}

const parsed = (file) => {
  try {
    return [JSON.parse(readFileSync(file, "utf8"))];
  } catch (error) {
    // Another process removes or writes it right now.
    if (error.code === "ENOENT" || error instanceof SyntaxError) return [];
    throw error;
  }
};

export const put = (record) => writeFileSync(fileOf(record.urn, record.id), JSON.stringify(record));
export const drop = (urn, id) => rmSync(fileOf(urn, id), { force: true });
export const live = () => readdirSync(world).flatMap((name) => parsed(path.join(world, name)));
export const find = (urn, id) => parsed(fileOf(urn, id))[0];

/** Checks and claims in one step, across the processes. */
export async function locked(action) {
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      await sleep(3);
    }
  }
  try {
    return action();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** rules.json of a test: { latencyMs, fail, drift }, see README.md. */
export const rules = () => parsed(path.join(state, "rules.json"))[0] ?? {};

/**
 * What AWS keeps of resources that are gone, by kind, region and name: names that cannot be used
 * again, and network interfaces. Change it in `locked` alone.
 */
const remainsFile = path.join(state, "remains.json");
export const remains = () => parsed(remainsFile)[0] ?? {};

export function remember(key, what = true) {
  writeFileSync(remainsFile, JSON.stringify({ ...remains(), [key]: what }));
}

export function forget(key) {
  const { [key]: _, ...left } = remains();
  writeFileSync(remainsFile, JSON.stringify(left));
}

/** Takes the time that an operation takes, then fails where the rules say so. */
export async function pace(op, urn) {
  const { latencyMs = {}, fail = {} } = rules();
  const byType = `${op}:${partsOf(urn).type}`;
  const slow = process.env.RIG_SLOW === "1" ? SLOW_MS[byType] : undefined;
  const delayMs = latencyMs[byType] ?? latencyMs["*"] ?? slow ?? 0;
  if (delayMs > 0) await sleep(delayMs);
  const message = fail[`${op}:${urn}`] ?? fail[byType];
  if (typeof message === "string") throw new Error(message);
}

/** The rule that fails the creation of one resource of a type: { name, stays }, see README.md. */
export function failureOf(urn) {
  const { type, name } = partsOf(urn);
  const rule = rules().fail?.[`create:${type}`];
  return rule?.name === name ? rule : undefined;
}
