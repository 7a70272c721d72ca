import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config/config";
import { type NameKind, physicalName, regionCode } from "./naming";
import { type RetentionRow, retentionRows } from "../config/retention";

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

/** What every component gets: configuration, regions and account. */
export interface Platform {
  readonly config: PlatformConfig;
  readonly retention: RetentionRow;
  readonly home: Region;
  readonly standby: Region;
  /** Creates the same for each region. */
  readonly inBoth: <T>(create: (region: Region) => T) => Pair<T>;
  readonly accountId: pulumi.Output<string>;
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

/** Creates the two providers. Every resource gets its region and its tags from one of them. */
export function createPlatform(config: PlatformConfig): Platform {
  const home = createRegion(config, "home", config.homeRegion);
  const standby = createRegion(config, "standby", config.standbyRegion);
  const caller = aws.getCallerIdentityOutput({}, { provider: home.provider });
  return {
    config,
    retention: retentionRows[config.retention],
    home,
    standby,
    inBoth: (create) => ({ home: create(home), standby: create(standby) }),
    accountId: caller.accountId,
    nameOf: (kind, what, region) => physicalName(kind, config.env, what, region.code),
  };
}
