import { bounds } from "../bounds";
import {
  type Fault,
  type FaultKind,
  type Role,
  type Stage,
  type Traits,
  type Undo,
  fault,
  held,
  route53Held,
} from "./fault";
import { looksAgain } from "./looking";

export interface RegionFaultOptions {
  /**
   * After its return, home's /health answers 200 from a handler that does not know of the takeover.
   */
  hasStaleHealth?: boolean | undefined;
  /** Route 53's control plane stays down after the region's return. */
  route53StaysDown?: boolean | undefined;
}

/**
 * Loses a whole region: its functions freeze for good and calls to it hang. Losing home also takes
 * down Route 53's control plane.
 */
export function regionLost(where: Role | (string & {}), options: RegionFaultOptions = {}): Fault {
  const { hasStaleHealth = false, route53StaysDown = false } = options;
  const isHome = where !== "standby" && where !== "witness";
  const after = [
    ...(hasStaleHealth ? ["answers /health 200 from a stale handler when it is back"] : []),
    ...(route53StaysDown ? ["Route 53's control plane stays down"] : []),
  ];
  const traits: Traits = {
    name: isHome ? "region" : `${where} lost`,
    description: [`${where} is lost`, ...after].join("; "),
    failover: isHome ? "must" : "must not",
    bound: isHome ? bounds.homeLost : undefined,
    delaysSettling: true,
    takes: [isHome ? "home" : (where as Role)],
  };
  return fault(traits, (stage) => {
    const { world, region } = stage;
    const own = region(where);
    const undoing: Undo[] = [];
    if (hasStaleHealth) undoing.push(() => answerStale(stage, own));
    if (isHome) {
      const giveBack = route53Held(world);
      if (!route53StaysDown) undoing.push(giveBack);
    }
    undoing.push(lose(stage, own));
    return where === "standby" ? [...undoing, looksAgain(stage)] : undoing;
  });
}

function lose({ world }: Stage, region: string): Undo {
  return held(
    world,
    `region ${region}`,
    () => world.lose(region),
    () => world.restore(region),
  );
}

function answerStale({ world: { base } }: Stage, region: string): void {
  base.happened({ kind: "fault begins", name: "stale health" });
  base.hooks.request.add((at, path) =>
    at === region && path === "/health" ? { status: 200, body: '{"stale":true}' } : undefined,
  );
}

/** No fault: the platform must not act either. */
export const nothing: Fault = {
  name: "none",
  description: "nothing goes wrong",
  failover: "must not",
  begin: () => {},
  end: () => {},
};

export const homeLost: FaultKind = {
  name: "region",
  // Longer than the RTO: orders that settle again do so because of a takeover.
  lasts: [310, 400],
  draw: (stream) =>
    regionLost("home", {
      hasStaleHealth: stream.chance(0.3),
      route53StaysDown: stream.chance(0.3),
    }),
};

/**
 * Home is lost again after a failback. Recovery counts from the second loss, because the failback
 * has restored the armed platform.
 */
export const homeLostAgain: FaultKind = {
  name: "region again",
  lasts: homeLost.lasts,
  draw: (stream) => {
    const lost = homeLost.draw(stream);
    return {
      ...lost,
      name: "region again",
      begin: (stage) => {
        stage.recoveryBegins();
        lost.begin(stage);
      },
    };
  },
};

export const standbyLost: FaultKind = {
  name: "standby lost",
  lasts: [60, 400],
  draw: () => regionLost("standby"),
};

export const witnessLost: FaultKind = {
  name: "witness lost",
  lasts: [60, 400],
  draw: () => regionLost("witness"),
};

/** After a failover and home's return, the standby is lost too. Operators activate home. */
export const secondRegionLost: FaultKind = {
  name: "second region lost",
  lasts: [400, 500],
  draw: (stream) => {
    const afterSeconds = stream.integer(20, 120);
    return fault(
      {
        name: "second region lost",
        description: `standby is lost after the takeover; operators activate home ${afterSeconds} s later`,
        failover: "may",
        bound: bounds.commanded,
        takes: ["standby"],
      },
      (stage) => {
        const { world, region, operators, recoveryBegins } = stage;
        let stop = (): void => {};
        world.base.simulation.after(afterSeconds * 1000, () => {
          recoveryBegins();
          stop = operators.repeat(region("home"), { action: "failover", to: region("home") });
        });
        return [lose(stage, region("standby")), () => stop()];
      },
    );
  },
};

/**
 * The ledger returns errors in a region that comes back until its replica has caught up, here for
 * long.
 */
export const slowCatchUp: FaultKind = {
  name: "slow catching up",
  // Longer than any loss of a region.
  lasts: [650, 650],
  draw: (stream) => {
    const seconds = stream.integer(60, 180);
    return fault(
      {
        name: "slow catching up",
        description: `a region that comes back errs for ${seconds} s until it has caught up`,
        failover: "must not",
      },
      ({ world }) => {
        world.base.network.catchUpSeconds = seconds;
        return [() => (world.base.network.catchUpSeconds = undefined)];
      },
    );
  },
};
