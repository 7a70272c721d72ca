import type { Resource } from "./description/lookup";
import { describeProgram } from "./description/program";
import { type Handlers, loadHandlers } from "./handlers";
import type { Mutation } from "./mutation";
import type { StartOptions } from "./runner/startOptions";
import { nothing, regionLost } from "./scenario/faults";
import { type Outage, playOutage } from "./scenario/outage";
import type { Platform } from "./scenario/platform";

export { loadHandlers } from "./handlers";
export { checkOutage } from "./scenario/promises";

export function platformOf(resources: readonly Resource[], handlers: Handlers): Platform {
  return { program: describeProgram(resources), handlers };
}

/** The program and its handlers, with a mutation applied if one is given. */
export async function createPlatform(
  resources: readonly Resource[],
  mutation?: Mutation,
): Promise<Platform> {
  return {
    program: describeProgram(mutation?.program?.(resources) ?? resources),
    handlers: await loadHandlers(mutation?.sources),
    weave: mutation?.weave,
  };
}

/** Plays the outage of `npm start`. */
export function playStart(platform: Platform, options: StartOptions): Promise<Outage> {
  const { homeRegion } = platform.program;
  return playOutage(platform, {
    seed: options.seed,
    fault: options.fault === "none" ? nothing : regionLost(homeRegion),
    isTraceKept: options.isTraced,
    playsCanaries: true,
  });
}
