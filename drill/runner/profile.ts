import { HANDLERS_URL } from "../evaluateHandlers";

/** As much as is read of what Node's `--cpu-prof` writes. */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string } }[];
  /** The node on top at each sample, and the microseconds since the one before. */
  samples: readonly number[];
  timeDeltas: readonly number[];
}

export type Part = "handlers" | "promises" | "world" | "garbage" | "node";

/** Frames of V8 itself that stand for a part; what is idle or not yet running is none. */
const namedParts: Readonly<Record<string, Part | undefined>> = {
  runMicrotasks: "promises",
  "(garbage collector)": "garbage",
  "(program)": "node",
};

/** Which share of a process's busy time each part of a worker takes, by where it was sampled. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Record<Part, number> {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const sums: Record<Part, number> = { handlers: 0, promises: 0, world: 0, garbage: 0, node: 0 };
  let busy = 0;
  samples.forEach((id, i) => {
    const part = parts.get(id);
    if (part === undefined) return;
    sums[part] += timeDeltas[i]!;
    busy += timeDeltas[i]!;
  });
  for (const part of Object.keys(sums) as Part[]) sums[part] /= busy;
  return sums;
}

function partOf({ functionName, url }: { functionName: string; url: string }): Part | undefined {
  if (url === HANDLERS_URL) return "handlers";
  if (url.startsWith("file:")) return "world";
  return url.startsWith("node:") ? "node" : namedParts[functionName];
}
