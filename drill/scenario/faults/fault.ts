import type { Stream } from "../../engine/random";
import type { World } from "../../world/world";
import type { Bound } from "../bounds";
import type { Clients } from "../clients";
import type { Operators } from "../operators";

export type Role = "home" | "standby" | "witness";
export const roles: readonly Role[] = ["home", "standby", "witness"];

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
