import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Worker } from "node:worker_threads";

/** With this much memory a function has one vCPU; with less, a share in proportion (Lambda: memory). */
const MEMORY_OF_ONE_CPU_MB = 1_769;
/** A share is granted anew in each period, as Linux does by default (sched-bwc). */
const PERIOD_MS = 100;
/** A process that may use 29 ms of each period overruns them by this at most, and pays it back. */
const SAMPLE_MS = 2;

export function cpuShareOf(memoryMb: number): number {
  return Math.min(1, memoryMb / MEMORY_OF_ONE_CPU_MB);
}

/** A process that is frozen between invocations and runs on a share of one CPU. */
export interface HeldProcess {
  freeze(): void;
  thaw(): void;
  /** Call this once the process has ended. */
  release(): void;
}

/** How a process is held to its share; `signals` needs no rights and works everywhere on Linux. */
export type Means = "cgroup" | "signals";

/** Holds a process to a share of one CPU: by a cgroup where one can be made, else by signals. */
export function hold(pid: number, share: number, means?: Means): HeldProcess {
  if (share >= 1) return frozenBySignals(pid);
  const removeGroup = means === "signals" ? undefined : joinGroup(pid, share);
  if (removeGroup !== undefined) return { ...frozenBySignals(pid), release: removeGroup };
  if (means === "cgroup") throw new Error("live: no cgroup can be made here; use signals");
  return sampled(pid, share);
}

function frozenBySignals(pid: number): HeldProcess {
  return {
    freeze: () => void process.kill(pid, "SIGSTOP"),
    thaw: () => void process.kill(pid, "SIGCONT"),
    release: () => undefined,
  };
}

function sampled(pid: number, share: number): HeldProcess {
  const isFrozen = new Int32Array(new SharedArrayBuffer(4));
  const sampler = new Worker(path.join(__dirname, "cpuSampler.mjs"), {
    workerData: { pid, share, periodMs: PERIOD_MS, sampleMs: SAMPLE_MS, isFrozen },
  });
  return {
    freeze: () => void Atomics.store(isFrozen, 0, 1),
    thaw: () => void Atomics.store(isFrozen, 0, 0),
    release: () => void sampler.terminate(),
  };
}

/** Files of a new group by version of cgroups: version 1 has a hierarchy for the CPU alone. */
const layouts: readonly [root: string, limits: (quotaUs: number, periodUs: number) => object][] = [
  [
    "/sys/fs/cgroup/cpu",
    (quota, period) => ({ "cpu.cfs_period_us": period, "cpu.cfs_quota_us": quota }),
  ],
  ["/sys/fs/cgroup", (quota, period) => ({ "cpu.max": `${quota} ${period}` })],
];

/** Returns what removes the group, or undefined where this user cannot make one. */
function joinGroup(pid: number, share: number): (() => void) | undefined {
  const periodUs = PERIOD_MS * 1000;
  for (const [root, limits] of layouts) {
    const group = path.join(root, `live-${pid}`);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      const files = { ...limits(Math.round(share * periodUs), periodUs), "cgroup.procs": pid };
      for (const [file, value] of Object.entries(files)) {
        writeFileSync(path.join(group, file), String(value));
      }
      return () => rmdirSync(group);
    } catch {
      rmdirSync(group);
    }
  }
  return undefined;
}
