import type { Stream } from "../../../support/simulation/random";
import type { World } from "../../world/world";
import type { Bound } from "../bounds";
import type { Clients } from "../clients";
import type { Operators } from "../operators";

export type Role = "home" | "standby" | "witness";

/** Where a fault plays. */
export interface Stage {
  readonly world: World;
  readonly clients: Clients;
  readonly operators: Operators;
  readonly ledgerTable: string;
  /** The region in that role when the outage begins; a region's own name is itself. */
  region: (role: Role | (string & {})) => string;
  /** Recovery is counted from this moment on, instead of from the fault. */
  recoveryBegins: () => void;
}

/** Must a failover come by itself, may it, or would it be wrong? */
export type Expected = "must" | "may" | "must not";

export interface Traits {
  readonly name: string;
  /** In words, with everything that was drawn. */
  readonly description: string;
  readonly failover: Expected;
  /** What recovery is held to; undefined where the fault causes no failover. */
  readonly bound?: Bound | undefined;
  /** Members of the ledger that it takes away; two at once are not survivable. */
  readonly takes?: readonly Role[];
  /** While it lasts no automatic failover can come: no promise of time is left. */
  readonly hinders?: boolean;
  /** Settling may pause or slow down: two such at once may look like its end. */
  readonly delaysSettling?: boolean;
  /** Wherever orders settle, some settle late while it lasts: recovery is the first that does not. */
  readonly slowsOrders?: boolean;
  /** Some clients do not follow DNS: accepting is restored with the first that does. */
  readonly misleadsClients?: boolean;
  /** Nobody orders anything: when orders settle again cannot be seen. */
  readonly hidesRecovery?: boolean;
  /** Nothing is left afterwards that could heal. */
  readonly isLast?: boolean;
}

/** Something that goes wrong, and is put right again. */
export interface Fault extends Traits {
  begin: (stage: Stage) => void;
  end: (stage: Stage) => void;
}

export type Undo = () => void;

const holds = new WeakMap<World, Map<string, number>>();

/**
 * Takes something away until the last fault that holds it has ended: faults that overlap do not
 * give back what another has taken.
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

/** As `held`, for what is taken by being put into a set. */
export function heldIn(world: World, what: string, set: Set<string>, member: string): Undo {
  const take = (): void => void set.add(member);
  return held(world, `${what} ${member}`, take, () => set.delete(member));
}

/** Route 53's control plane refuses every change. */
export function route53Held(world: World): Undo {
  const set = (isDown: boolean) => (): void => {
    world.route53.isControlPlaneDown = isDown;
  };
  return held(world, "Route 53", set(true), set(false));
}

/** A fault that is put right by undoing what began it. */
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

/** A kind of fault, of which each draw is one. */
export interface FaultKind {
  readonly name: string;
  /** How long it lasts, in seconds. */
  readonly lasts: readonly [low: number, high: number];
  draw: (stream: Stream) => Fault;
}
