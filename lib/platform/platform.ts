import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config/config";
import { type NameKind, physicalName, regionCode } from "./naming";
import { type RetentionRow, retentionRows } from "../config/retention";
import { statefulTypes } from "./statefulTypes";

/** A value for each region. */
export interface Pair<T> {
  readonly home: T;
  readonly standby: T;
}

/** A region, as components use it. */
export interface Region {
  /** Its key in every pair. It does not depend on which region is active. */
  readonly key: keyof Pair<unknown>;
  /** `us-east-1` */
  readonly name: string;
  /**
   * The region in names, `use1`. Names have the region and never the role, because the role moves.
   */
  readonly code: string;
  readonly provider: aws.Provider;
}

/** ARNs of a region's customer managed keys. */
export interface KeyArns {
  /** Of tables, buckets, queues, secrets and logs. */
  readonly data: pulumi.Output<string>;
  readonly topics: pulumi.Output<string>;
}

/** What every component gets: configuration, regions and account. */
export interface Platform {
  readonly config: PlatformConfig;
  readonly retention: RetentionRow;
  readonly home: Region;
  readonly standby: Region;
  /** Creates the same for each region. */
  readonly inBoth: <T>(create: (region: Region) => T) => Pair<T>;
  readonly accountId: pulumi.Output<string>;
  /** Customer managed keys. Undefined: AWS owns or manages the keys. */
  readonly keys: Pair<KeyArns> | undefined;
  /** The physical name of a resource in a region. */
  readonly nameOf: (kind: NameKind, what: string, region: Region) => string;
}

function createRegion(config: PlatformConfig, key: Region["key"], name: string): Region {
  const code = regionCode(name);
  const tags = {
    Environment: config.env,
    Repository: config.repository,
    Author: config.author,
  };
  const provider = new aws.Provider(code, {
    region: name as aws.Region,
    defaultTags: { tags },
  });
  return { key, name, code, provider };
}

/**
 * Protects every stateful resource that is created after this call: Pulumi then refuses to delete or
 * replace it. A transformation, so that a new component cannot forget it.
 */
function protectStateful(): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    statefulTypes.has(type) ? { props, opts: { ...opts, protect: true } } : undefined,
  );
}

/**
 * Puts a permissions boundary on every role that is created after this call. A transformation, so that
 * a new component cannot forget it.
 */
function boundRoles(permissionsBoundary: string): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "aws:iam/role:Role" ? { props: { ...props, permissionsBoundary }, opts } : undefined,
  );
}

/**
 * Creates the two providers. Every resource gets its region and its tags from one of them, and with
 * a durable retention its protection.
 */
export function createPlatform(config: PlatformConfig): Platform {
  const retention = retentionRows[config.retention];
  if (retention.protect) protectStateful();
  if (config.permissionsBoundary !== undefined) boundRoles(config.permissionsBoundary);
  const home = createRegion(config, "home", config.homeRegion);
  const standby = createRegion(config, "standby", config.standbyRegion);
  const caller = aws.getCallerIdentityOutput({}, { provider: home.provider });
  return {
    config,
    retention,
    home,
    standby,
    inBoth: (create) => ({ home: create(home), standby: create(standby) }),
    accountId: caller.accountId,
    keys: undefined,
    nameOf: (kind, what, region) => physicalName(kind, config.env, what, region.code),
  };
}
