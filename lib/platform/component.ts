import * as pulumi from "@pulumi/pulumi";
import type { NameKind } from "./naming";
import type { Platform, Region } from "./platform";

export interface RegionalArgs {
  readonly platform: Platform;
  readonly region: Region;
}

/** Options of a resource of a component: every resource has a parent and a provider. */
export type ChildOptions = Required<Pick<pulumi.CustomResourceOptions, "parent" | "provider">>;

/** A component with resources in both regions. Its URN begins with its type. */
export abstract class PlatformComponent<Args extends Pick<RegionalArgs, "platform">>
  extends pulumi.ComponentResource
{
  protected constructor(
    type: string,
    protected readonly name: string,
    protected readonly args: Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(`trading:platform:${type}`, name, {}, opts);
  }

  /** Options of a resource of this component in a region. */
  protected childIn(region: Region): ChildOptions {
    return { parent: this, provider: region.provider };
  }
}

/** A component whose own resources are all in one region. */
export abstract class RegionalComponent<Args extends RegionalArgs> extends PlatformComponent<Args> {
  protected get child(): ChildOptions {
    return this.childIn(this.args.region);
  }

  /** The physical name of a resource of this component. */
  protected nameOf(kind: NameKind, what: string): string {
    const { platform, region } = this.args;
    return platform.nameOf(kind, what, region);
  }
}
