import { captureInChild as captureJson } from "../support/capture/captureInChild";
import type { Resource } from "./description/lookup";

/** What the program is captured with; the drill plays both. */
export const retentions = ["ephemeral", "durable"] as const;
export type Retention = (typeof retentions)[number];

/**
 * Captures the program's resources in a child process. Pulumi's memory is freed when it ends, and
 * the drill's own modules load meanwhile.
 */
export async function captureInChild(
  retention: Retention = "ephemeral",
): Promise<readonly Resource[]> {
  const json = await captureJson({ config: { retention } });
  return (JSON.parse(json) as { resources: Resource[] }).resources;
}
