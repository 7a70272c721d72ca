import { createHash } from "node:crypto";

/** The longest physical name that AWS accepts, by kind of resource. */
export const nameLengthMax = {
  alarm: 255,
  api: 128,
  bucket: 63,
  /** Synthetics keeps the first 21 characters in the names of what it creates. */
  canary: 21,
  dashboard: 255,
  database: 63,
  eventRule: 64,
  eventSubscription: 255,
  function: 64,
  healthCheck: 255,
  keyAlias: 250,
  logGroup: 512,
  queue: 80,
  role: 64,
  /** Secrets Manager accepts 512 and appends seven characters. Shorter names are easier to read. */
  secret: 255,
  securityGroup: 255,
  table: 255,
  topic: 256,
  webAcl: 128,
} as const;

export type NameKind = keyof typeof nameLengthMax;

const HASH_LENGTH = 8;
const directions: Readonly<Record<string, string>> = {
  north: "n",
  south: "s",
  east: "e",
  west: "w",
  central: "c",
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};

/** The region as part of a name: `us-east-1` is `use1`. */
export function regionCode(region: string): string {
  const [area, direction, number, ...rest] = region.split("-");
  const short = directions[direction ?? ""];
  if (!area || !short || !number || rest.length > 0) {
    throw new Error(
      `region: got "${region}"; allowed are names like us-east-2; use a commercial AWS region`,
    );
  }
  return area + short + number;
}

/**
 * The physical name of a resource: its parts in kebab-case, the environment first, the region code
 * last. A name that is too long is cut before its last part, and gets a hash of the whole name. So
 * it stays the same over updates, and no two names become equal.
 */
export function physicalName(kind: NameKind, ...parts: readonly string[]): string {
  const whole = parts.join("-");
  if (!/^[a-z](-?[a-z0-9])*$/.test(whole)) {
    throw new Error(
      `physicalName: got "${whole}"; allowed are a-z, 0-9 and single hyphens, a letter first; ` +
        "name the thing in kebab-case",
    );
  }
  const lengthMax = nameLengthMax[kind];
  if (whole.length <= lengthMax) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, HASH_LENGTH);
  const tail = `-${hash}-${parts.at(-1) ?? ""}`;
  return whole.slice(0, lengthMax - tail.length).replace(/-$/, "") + tail;
}

/** The type of a name in kebab-case: of `orderApi` it is `order-api`. */
export type KebabCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${KebabCase<Rest>}`
  : "";

/** `orderApi` is `order-api`. */
export function functionBaseName(stem: string): string {
  return stem.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The same ARN in another region. Replicas of tables and secrets keep their name and account. */
export function arnInRegion(arn: string, region: string): string {
  const fields = arn.split(":");
  fields[3] = region;
  return fields.join(":");
}
