import type { Stream } from "../../../support/simulation/random";
import { type FaultKind, type Stage, fault } from "./fault";

/** Clocks differ by some seconds: more than Amazon Time Sync allows, less than handlers reject. */
export const clocksApart: FaultKind = {
  name: "clocks apart",
  lasts: [600, 700],
  draw: (stream) => {
    const role = stream.pick(["home", "standby"] as const);
    const seconds = stream.between(1, 8) * (stream.chance(0.5) ? 1 : -1);
    return fault(
      {
        name: "clocks apart",
        description: `${role}'s clock is ${Math.abs(seconds).toFixed(1)} s ${seconds > 0 ? "ahead" : "behind"}`,
        failover: "must not",
      },
      ({ world, region }) => {
        const { clockAheadMs } = world.base;
        const at = region(role);
        const move = (ms: number): void =>
          void clockAheadMs.set(at, (clockAheadMs.get(at) ?? 0) + ms);
        move(seconds * 1000);
        return [() => move(-seconds * 1000)];
      },
    );
  },
};

/** The items that detection reads, and their attributes. */
const attributes = {
  alive: ["atMs"],
  progress: ["epoch", "firstAtMs", "lastAtMs", "newestOrderAtMs"],
  looks: ["looks", "newestAtMs", "loopStartedAtMs"],
} as const;

/** A value of another type, an epoch that does not exist, or a time that is far ahead. */
function nonsense(stream: Stream, attribute: string, nowMs: number): unknown {
  const isTime = /AtMs$|^atMs$/.test(attribute);
  const late = isTime ? [nowMs + 600_000, nowMs + 86_400_000] : [999];
  return stream.pick([null, "x", {}, [null], ...late]);
}

/** An item of the evidence, and its attribute that is spoilt. */
interface Spot {
  which: keyof typeof attributes;
  attribute: string;
}

const items = Object.keys(attributes) as (keyof typeof attributes)[];

function spotOf(stream: Stream, which: Spot["which"]): Spot {
  return { which, attribute: stream.pick<string>(attributes[which]) };
}

const spotText = ({ which, attribute }: Spot): string => `"${attribute}" of the item "${which}"`;

function spoil({ world, ledgerTable, region }: Stage, stream: Stream, spot: Spot): void {
  const { which, attribute } = spot;
  const key = which === "looks" ? "looks#sentinel" : `${which}#${region("home")}`;
  const value = nonsense(stream, attribute, world.base.nowMs);
  world.dynamodb.spoil(ledgerTable, key, (item) => ({ ...item, [attribute]: value }));
}

/** A faulty writer gives an item of the evidence a value that makes no sense. */
export const itemSpoilt: FaultKind = {
  name: "item spoilt",
  lasts: [1, 1],
  draw: (stream) => {
    const spot = spotOf(stream, stream.pick(items));
    return fault(
      {
        name: "item spoilt",
        description: `${spotText(spot)} makes no sense`,
        failover: "must not",
      },
      (stage) => {
        spoil(stage, stream, spot);
        return [];
      },
    );
  },
};

/** The same for two items at once: one cannot stand in for the other. */
export const twoItemsSpoilt: FaultKind = {
  name: "two items spoilt",
  lasts: [1, 1],
  draw: (stream) => {
    const spared = stream.pick(items);
    const spots = items.filter((which) => which !== spared).map((which) => spotOf(stream, which));
    return fault(
      {
        name: "two items spoilt",
        description: `${spots.map(spotText).join(" and ")} make no sense`,
        failover: "must not",
      },
      (stage) => {
        for (const spot of spots) spoil(stage, stream, spot);
        return [];
      },
    );
  },
};

/** Somebody changes the epoch of the control item by hand. It stays well-formed. */
export const epochWrong: FaultKind = {
  name: "epoch wrong",
  lasts: [1, 1],
  draw: (stream) => {
    const change = stream.pick([-1, 1, 7, 2_000, 1_500_000_000]);
    return fault(
      {
        name: "epoch wrong",
        description: `the control item's epoch is ${change < 0 ? "lower" : `higher by ${change}`}`,
        failover: "must not",
        delaysSettling: true,
      },
      ({ world, ledgerTable }) => {
        const wrong = (epoch: number): number => (epoch + change < 1 ? epoch + 1 : epoch + change);
        world.dynamodb.spoil(ledgerTable, "control", (item) => ({
          ...item,
          epoch: wrong(Number(item["epoch"])),
          version: Number(item["version"]) + 1,
        }));
        return [];
      },
    );
  },
};
