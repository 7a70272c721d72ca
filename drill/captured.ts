import { captureInChild as captureJson } from "../support/capture/captureInChild";
import type { Resource } from "./description/lookup";

/**
 * Captures the program's resources in a child process. Pulumi's memory is freed when it ends, and
 * the drill's own modules load meanwhile.
 */
export async function captureInChild(): Promise<readonly Resource[]> {
  return (JSON.parse(await captureJson()) as { resources: Resource[] }).resources;
}
