import type { Stream } from "../../../support/simulation/random";
import { type FaultKind, fault } from "./fault";

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

/** A faulty writer gives an item of the evidence a value that makes no sense. */
export const itemSpoilt: FaultKind = {
  name: "item spoilt",
  lasts: [1, 1],
  draw: (stream) => {
    const which = stream.pick(Object.keys(attributes) as (keyof typeof attributes)[]);
    const attribute = stream.pick<string>(attributes[which]);
    return fault(
      {
        name: "item spoilt",
        description: `"${attribute}" of the item "${which}" makes no sense`,
        failover: "must not",
      },
      ({ world, ledgerTable, region }) => {
        const key = which === "looks" ? "looks#sentinel" : `${which}#${region("home")}`;
        const value = nonsense(stream, attribute, world.base.nowMs);
        world.dynamodb.spoil(ledgerTable, key, (item) => ({ ...item, [attribute]: value }));
        return [];
      },
    );
  },
};
