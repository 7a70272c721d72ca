/**
 * Holds a process to a share of one CPU where no cgroup can be made: sums the CPU time of its
 * threads every 2 ms and stops the process once its share of a period is used up. A worker thread
 * of its own, because a busy event loop would sample late. It alone sends the signals: `isFrozen`
 * is shared with the thread that asks for a freeze.
 */
import { readFileSync, readdirSync } from "node:fs";
import { workerData } from "node:worker_threads";

const { pid, share, periodMs, sampleMs, isFrozen } = workerData;

/** Milliseconds of CPU that the process has used. */
function usedMs() {
  let used = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    used += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return used / 1e6;
}

let period = { endMs: 0, usedMs: 0 };
let isStopped = false;

function sample() {
  const nowMs = performance.now();
  if (nowMs >= period.endMs) period = { endMs: nowMs + periodMs, usedMs: usedMs() };
  const isOver = usedMs() - period.usedMs >= share * periodMs;
  const mustStop = isOver || Atomics.load(isFrozen, 0) === 1;
  if (mustStop === isStopped) return;
  process.kill(pid, mustStop ? "SIGSTOP" : "SIGCONT");
  isStopped = mustStop;
}

const timer = setInterval(() => {
  try {
    sample();
  } catch {
    // The process has ended, perhaps between two reads.
    clearInterval(timer);
  }
}, sampleMs);
