import { captureProgram } from "../../drill/program/capture";
import type { Resource } from "../../drill/description/lookup";
import { createPlatform } from "../../drill/drill";
import type { Mutation } from "../../drill/mutation";
import { armed } from "../../drill/scenario/arming";
import { regionLost } from "../../drill/scenario/faults";
import {
  type Outage,
  type OutageOptions,
  type Platform,
  playOutage,
} from "../../drill/scenario/outage";
import { brokenPromises } from "../../drill/scenario/promises";

let captured: Promise<readonly Resource[]> | undefined;
let shipped: Promise<Platform> | undefined;

/** The resources of the real program, captured once per test file. */
export function resources(): Promise<readonly Resource[]> {
  captured ??= captureProgram({}).then((program) => program.resources);
  return captured;
}

/** The program and its handlers as they ship. */
export function platform(): Promise<Platform> {
  shipped ??= resources().then((all) => createPlatform(all));
  return shipped;
}

export async function weakened(mutation: Mutation): Promise<Platform> {
  return createPlatform(await resources(), mutation);
}

/** Plays the loss of home unless told otherwise, from an armed platform on. */
export async function play(
  options: Partial<OutageOptions> & { seed: string },
  on: Promise<Platform> = platform(),
): Promise<Outage> {
  const played = await on;
  const beginning = await armed(played);
  return playOutage(played, { fault: regionLost("us-east-1"), beginning, ...options });
}

export function namesOfBroken(outage: Outage): string[] {
  return brokenPromises(outage).map(({ name }) => name);
}
