import { bounds } from "../bounds";
import { type FaultKind, type Role, fault } from "./fault";

const pairs: readonly (readonly [Role, Role])[] = [
  ["home", "standby"],
  ["home", "witness"],
  ["standby", "witness"],
];

/**
 * Two regions do not reach each other, one way or both; clients reach both. Either side may keep
 * the ledger: where home does not, it answers 503, and a failover is right.
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
        failover: isHomeOut ? "may" : "must not",
        takes: [loser],
        delaysSettling: true,
      },
      ({ world, region }) => {
        const { network } = world.base;
        network.favoured = region(winner);
        const cuts: [string, string][] = [];
        if (ways !== `${other} to ${one}`) cuts.push([region(one), region(other)]);
        if (ways !== `${one} to ${other}`) cuts.push([region(other), region(one)]);
        for (const [from, to] of cuts) network.cut(from, to);
        return cuts.map(
          ([from, to]) =>
            () =>
              network.mend(from, to),
        );
      },
    );
  },
};

/** Home's API comes and goes. Above the threshold a failover is right, below it is not. */
function flapping(isAbove: boolean): FaultKind {
  const name = isAbove ? "flapping" : "flapping below the threshold";
  return {
    name,
    lasts: [400, 480],
    draw: (stream) => {
      const downSeconds = isAbove ? stream.integer(30, 45) : stream.integer(4, 8);
      const upSeconds = isAbove ? stream.integer(4, 11) : stream.integer(30, 60);
      return fault(
        {
          name,
          description: `home's API answers nothing for ${downSeconds} s, then all for ${upSeconds} s, again and again`,
          failover: isAbove ? "must" : "must not",
          bound: isAbove ? bounds.flapping : undefined,
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

export const flappingAbove = flapping(true);
export const flappingBelow = flapping(false);
