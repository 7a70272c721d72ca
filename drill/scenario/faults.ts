import type { World } from "../world/world";

/** Something that goes wrong, and is put right again. */
export interface Fault {
  readonly name: string;
  begin(world: World): void;
  end(world: World): void;
}

export interface RegionFaultOptions {
  /** After its return home's API answers /health with 200 from a handler that knows no takeover. */
  hasStaleHealth?: boolean | undefined;
  /** Route 53's control plane goes on refusing after the region is back. */
  route53StaysDown?: boolean | undefined;
}

/**
 * A region is lost whole: its functions never continue, calls to it hang. Home takes Route 53's
 * control plane with it.
 */
export function regionLost(region: string, options: RegionFaultOptions = {}): Fault {
  const { hasStaleHealth = false, route53StaysDown = false } = options;
  return {
    name: "region",
    begin: (world) => {
      if (region === world.base.program.homeRegion) world.route53.isControlPlaneDown = true;
      world.lose(region);
    },
    end: (world) => {
      if (hasStaleHealth) {
        world.base.hooks.request.add((at, path) =>
          at === region && path === "/health" ? { status: 200, body: '{"stale":true}' } : undefined,
        );
      }
      if (!route53StaysDown) world.route53.isControlPlaneDown = false;
      world.restore(region);
    },
  };
}

/** Nothing goes wrong: the platform must not act either. */
export const nothing: Fault = { name: "none", begin: () => {}, end: () => {} };
