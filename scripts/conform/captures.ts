import type { CapturedProgram, CapturedResource } from "../../support/capture/capture";
import { captureInChild } from "../../support/capture/captureInChild";

/** Everything that can be switched on. */
const everything = {
  retention: "durable",
  alertEmails: '["a@example.com","b@example.com"]',
  alertEndpoints: '["https://events.example.com/trading"]',
  apiAccessLogs: "true",
  customerManagedKeys: "true",
  gameDay: "true",
  objectLockDays: "30",
  permissionsBoundary: "arn:aws:iam::123456789012:policy/prod-boundary",
  auroraInstanceClass: "db.serverless",
  auroraInstancesPerRegion: "3",
  authAudience: "trading",
  authIssuer: "https://tenant.us.auth0.com/",
  domainName: "api.example.com",
  healthCheckIntervalSeconds: "10",
  hostedZoneId: "Z0123456789ABC",
};

/** Standby and witness in the regions with the longest names, an environment of 20 characters. */
const longest = {
  ...everything,
  env: "a".repeat(20),
  standbyRegion: "ap-southeast-1",
  witnessRegion: "ap-northeast-1",
};

const configurations: Readonly<Record<string, Record<string, string>>> = {
  "pull request": { env: "pr-42" },
  "durable, everything on": { ...everything, env: "prod" },
  "longest names": longest,
};

export interface Capture {
  readonly name: string;
  readonly resources: readonly CapturedResource[];
}

/** Captures the program under every configuration. */
export function capturePrograms(): Promise<Capture[]> {
  return Promise.all(
    Object.entries(configurations).map(async ([name, config]) => {
      const { resources } = JSON.parse(await captureInChild({ config })) as CapturedProgram;
      return { name, resources };
    }),
  );
}
