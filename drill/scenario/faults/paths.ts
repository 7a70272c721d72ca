import { bounds } from "../bounds";
import { type Expected, type FaultKind, type Role, fault, held } from "./fault";
import { looksAgain } from "./looking";

const pairs: readonly (readonly [Role, Role])[] = [
  ["home", "standby"],
  ["home", "witness"],
  ["standby", "witness"],
];

/**
 * Two regions cannot reach each other, in one or both directions. Clients reach both. Either side
 * may keep the ledger. If home does not, it answers 503 and a failover is right.
 */
export const regionsCut: FaultKind = {
  name: "cut",
  lasts: [90, 420],
  draw: (stream) => {
    const [one, other] = stream.pick(pairs);
    const ways = stream.pick(["both ways", `${one} to ${other}`, `${other} to ${one}`]);
    const loser = stream.pick([one, other]);
    const winner = loser === one ? other : one;
    const isHomeOut = loser === "home";
    return fault(
      {
        name: isHomeOut ? "cut, home without the ledger" : "cut",
        description: `${one} and ${other} are cut (${ways}); ${loser} is without the ledger`,
        failover: isHomeOut ? "must" : "must not",
        bound: isHomeOut ? bounds.homeLost : undefined,
        takes: [loser],
        delaysSettling: true,
      },
      (stage) => {
        const { world, region } = stage;
        const { network } = world.base;
        network.favoured = region(winner);
        const cuts: [string, string][] = [];
        if (ways !== `${other} to ${one}`) cuts.push([region(one), region(other)]);
        if (ways !== `${one} to ${other}`) cuts.push([region(other), region(one)]);
        const mend = cuts.map(([from, to]) =>
          held(
            world,
            `path ${from} ${to}`,
            () => network.cut(from, to),
            () => network.mend(from, to),
          ),
        );
        return loser === "standby" ? [...mend, looksAgain(stage)] : mend;
      },
    );
  },
};

/** Seconds down and up, in turn. */
interface Flaps {
  readonly name: string;
  readonly down: readonly [number, number];
  readonly up: readonly [number, number];
  readonly failover: Expected;
}

/** Home's API alternates between failing and working. */
function flapping({ name, down, up, failover }: Flaps): FaultKind {
  return {
    name,
    lasts: [400, 480],
    draw: (stream) => {
      const downSeconds = stream.integer(...down);
      const upSeconds = stream.integer(...up);
      return fault(
        {
          name,
          description: `home's API answers nothing for ${downSeconds} s, then all for ${upSeconds} s, again and again`,
          failover,
          bound: failover === "must" ? bounds.flapping : undefined,
        },
        ({ world, region }) => {
          const sinceMs = world.base.nowMs;
          const periodMs = (downSeconds + upSeconds) * 1000;
          const isDown = (): boolean =>
            (world.base.nowMs - sinceMs) % periodMs < downSeconds * 1000;
          return [
            world.base.hooks.request.add((at) =>
              at === region("home") && isDown() ? "hang" : undefined,
            ),
          ];
        },
      );
    },
  };
}

/**
 * Each silence covers three polling slots in every alignment. A shorter one is at the threshold.
 */
export const flappingAbove = flapping({
  name: "flapping",
  down: [29, 45],
  up: [2, 8],
  failover: "must",
});

/** Most silences are too short for three polls, but several in a row are a sign of an outage. */
export const flappingShort = flapping({
  name: "flapping, each time short",
  down: [20, 28],
  up: [2, 8],
  failover: "must",
});

/** Too short to guarantee three bad polls in a row: it depends on how polls and silences align. */
export const flappingAt = flapping({
  name: "flapping at the threshold",
  down: [16, 28],
  up: [2, 8],
  failover: "may",
});

export const flappingBelow = flapping({
  name: "flapping below the threshold",
  down: [4, 8],
  up: [30, 60],
  failover: "must not",
});
