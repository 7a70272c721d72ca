import type { Stream } from "../../../support/simulation/random";
import type { World } from "../../world/world";
import type { Bound } from "../bounds";
import type { Clients } from "../clients";
import type { Operators } from "../operators";

export type Role = "home" | "standby" | "witness";

/** The surroundings in which a fault plays. */
export interface Stage {
  readonly world: World;
  readonly clients: Clients;
  readonly operators: Operators;
  readonly ledgerTable: string;
  /** The region that has this role when the outage begins. A region's own name maps to itself. */
  region: (role: Role | (string & {})) => string;
  /** Measures recovery from this moment instead of from the start of the fault. */
  recoveryBegins: () => void;
}

/** Whether an automatic failover is required, allowed, or wrong. */
export type Expected = "must" | "may" | "must not";

export interface Traits {
  readonly name: string;
  /** Description with all drawn values. */
  readonly description: string;
  readonly failover: Expected;
  /** The bound on recovery; undefined if the fault causes no failover. */
  readonly bound?: Bound | undefined;
  /** Members of the ledger that it takes away. Losing two at once is not survivable. */
  readonly takes?: readonly Role[];
  /** Prevents automatic failover while it lasts, so no recovery bound applies. */
  readonly hinders?: boolean;
  /**
   * Settling may pause or slow down. Two such faults at once may look as if settling had stopped.
   */
  readonly delaysSettling?: boolean;
  /** Some orders settle late in every region while it lasts: recovery is the first prompt one. */
  readonly slowsOrders?: boolean;
  /** Some clients do not follow DNS: accepting is restored with the first accepted order. */
  readonly misleadsClients?: boolean;
  /** Nobody places orders, so the recovery cannot be observed. */
  readonly hidesRecovery?: boolean;
  /** A throttle refuses requests, and nothing else is wrong: DNS must not leave home. */
  readonly onlyRefuses?: boolean;
  /** Nothing remains afterwards that could heal. */
  readonly isLast?: boolean;
}

/** A fault that begins and later ends. */
export interface Fault extends Traits {
  begin: (stage: Stage) => void;
  end: (stage: Stage) => void;
}

export type Undo = () => void;

const holds = new WeakMap<World, Map<string, number>>();

/**
 * Takes something away until the last fault that holds it has ended. When faults overlap, the end
 * of one does not give back what another still holds.
 */
export function held(world: World, what: string, take: () => void, giveBack: () => void): Undo {
  let counts = holds.get(world);
  if (counts === undefined) holds.set(world, (counts = new Map<string, number>()));
  const count = (change: number): number => {
    const next = (counts.get(what) ?? 0) + change;
    counts.set(what, next);
    return next;
  };
  if (count(1) === 1) take();
  return () => {
    if (count(-1) === 0) giveBack();
  };
}

/** As `held`, for something that is taken away by adding it to a set. */
export function heldIn(world: World, what: string, set: Set<string>, member: string): Undo {
  const take = (): void => void set.add(member);
  return held(world, `${what} ${member}`, take, () => set.delete(member));
}

/** Route 53's control plane rejects every change. */
export function route53Held(world: World): Undo {
  const set = (isDown: boolean) => (): void => {
    world.route53.isControlPlaneDown = isDown;
  };
  return held(world, "Route 53", set(true), set(false));
}

/** A fault that ends by undoing what began it. */
export function fault(traits: Traits, begin: (stage: Stage) => readonly Undo[]): Fault {
  let undoing: readonly Undo[] = [];
  return {
    ...traits,
    begin: (stage) => {
      undoing = begin(stage);
    },
    end: () => {
      for (const undo of undoing) undo();
      undoing = [];
    },
  };
}

/** A kind of fault. A schedule draws instances of it. */
export interface FaultKind {
  readonly name: string;
  /** Range of its duration, in seconds. */
  readonly lasts: readonly [low: number, high: number];
  draw: (stream: Stream) => Fault;
}
