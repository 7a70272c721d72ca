import { captureInChild as captureJson } from "../support/capture/captureInChild";
import type { Resource } from "./description/lookup";

/** What the program is captured with; the drill plays both. */
const configurations = {
  ephemeral: { retention: "ephemeral" },
  durable: {
    retention: "durable",
    // Clients' tokens come from an identity provider. Otherwise the platform's own keys sign them.
    authIssuer: "https://login.example.com",
    authAudience: "trading",
  },
};
export type Retention = keyof typeof configurations;
export const retentions = Object.keys(configurations) as readonly Retention[];

/**
 * Captures the program's resources in a child process. Pulumi's memory is freed when it ends, and
 * the drill's own modules load meanwhile.
 */
export async function captureInChild(
  retention: Retention = "ephemeral",
): Promise<readonly Resource[]> {
  const json = await captureJson({ config: configurations[retention] });
  return (JSON.parse(json) as { resources: Resource[] }).resources;
}
