import type { Resource } from "./description/lookup";
import { describeProgram } from "./description/program";
import { shippedHandlers } from "./handlers";
import type { Mutation } from "./mutation";
import type { StartOptions } from "./options";
import { nothing, regionLost } from "./scenario/faults";
import { type Outage, type Platform, playOutage } from "./scenario/outage";

export { brokenPromises } from "./scenario/promises";

/** The program and its handlers as they are, or as a mutation leaves them. */
export function createPlatform(resources: readonly Resource[], mutation?: Mutation): Platform {
  return {
    program: describeProgram(mutation?.program?.(resources) ?? resources),
    handlers: mutation?.handlers?.(shippedHandlers) ?? shippedHandlers,
    weave: mutation?.weave,
  };
}

/** What `npm start` plays. */
export function playStart(resources: readonly Resource[], options: StartOptions): Promise<Outage> {
  const platform = createPlatform(resources);
  const { homeRegion } = platform.program;
  return playOutage(platform, {
    seed: options.seed,
    fault: options.fault === "none" ? nothing : regionLost(homeRegion),
    isTraceKept: options.isTraced,
  });
}
