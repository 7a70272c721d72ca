import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";

type RegionState = "ready" | "re-forming" | "without quorum" | "catching up";

/** A hanging call, and the time until which it may still be carried out. */
interface Held {
  readonly work: () => void;
  readonly untilMs: number;
}

/**
 * Which regions of a strongly consistent table may write. Two of its three members form a quorum.
 * When the membership changes, all of them wait until the quorum has re-formed, and a returning
 * member until it has caught up.
 */
export class Quorum {
  private readonly states = new Map<string, RegionState>();
  private readonly held = new Map<string, Held[]>();
  private members: readonly string[];
  private isHanging = false;
  private change = 0;

  constructor(
    private readonly base: Base,
    /** All three: the regions with items, and the witness. */
    private readonly all: readonly string[],
  ) {
    this.members = all;
    for (const region of all) this.states.set(region, "ready");
    base.network.onChange(() => this.refresh());
  }

  isMember(region: string): boolean {
    return this.members.includes(region);
  }

  whenReady(region: string, work: () => void, fail: (error: Error) => void): void {
    const state = this.states.get(region);
    if (state === "ready") return work();
    if (state === "catching up" || !this.isHanging) {
      return fail(serviceError("InternalServerError", `the ledger in ${region} is ${state}`));
    }
    const call = { work, untilMs: this.base.nowMs + this.base.draw("ledgerHeldSeconds") * 1000 };
    const waiting = this.held.get(region);
    if (waiting === undefined) this.held.set(region, [call]);
    else waiting.push(call);
  }

  private refresh(): void {
    const next = this.largestGroup();
    if (next.join() === this.members.join()) return;
    const back = next.filter((region) => !this.members.includes(region));
    const isSmaller = this.members.some((region) => !next.includes(region));
    this.members = next;
    this.change++;
    for (const region of this.all) {
      if (!next.includes(region)) this.set(region, "without quorum");
    }
    if (isSmaller) {
      this.isHanging = this.base.draw("ledgerReformingHangsChance") === 1;
      this.settle(next, "re-forming", this.base.draw("ledgerReformingSeconds"));
    } else {
      const seconds = this.base.network.catchUpSeconds ?? this.base.draw("ledgerCatchUpSeconds");
      this.settle(back, "catching up", seconds);
    }
  }

  private settle(regions: readonly string[], until: RegionState, seconds: number): void {
    for (const region of regions) this.set(region, until);
    const change = this.change;
    this.base.simulation.after(seconds * 1000, () => {
      for (const region of regions) {
        const isCurrent = change === this.change || this.states.get(region) === until;
        if (isCurrent && this.members.includes(region)) this.set(region, "ready");
      }
    });
  }

  private set(region: string, state: RegionState): void {
    if (this.states.get(region) === state) return;
    this.states.set(region, state);
    this.base.happened({ kind: state === "ready" ? "ledger ready" : "ledger blocked", region });
    if (state !== "ready") return;
    const waiting = this.held.get(region) ?? [];
    this.held.delete(region);
    // A call that hung may still be carried out after its caller has given up.
    for (const { work, untilMs } of waiting) {
      const isCarriedOut = this.base.random.stream("ledger held").chance(0.5);
      if (isCarriedOut && this.base.nowMs <= untilMs) work();
    }
  }

  /** The largest group of connected members. If two pairs share one member, a draw decides. */
  private largestGroup(): readonly string[] {
    const { network } = this.base;
    const live = this.all.filter((region) => !network.isLost(region));
    const converse = (a: string, b: string): boolean => a === b || network.converses(a, b);
    if (live.every((a) => live.every((b) => converse(a, b)))) return live.length >= 2 ? live : [];
    const pairs = live.flatMap((a, i) =>
      live.slice(i + 1).flatMap((b) => (converse(a, b) ? [[a, b]] : [])),
    );
    if (pairs.length === 0) return [];
    const favoured = pairs.find((pair) => network.favoured && pair.includes(network.favoured));
    if (favoured !== undefined || pairs.length === 1) return favoured ?? pairs[0]!;
    return this.base.random.stream("ledger cut").pick(pairs);
  }
}
