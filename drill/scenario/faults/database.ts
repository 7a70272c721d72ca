import type { Member } from "../../world/aurora";
import type { World } from "../../world/world";
import { bounds } from "../bounds";
import { type FaultKind, type Stage, type Undo, fault, held } from "./fault";

function memberOf({ world, region }: Stage, role: "home" | "standby"): Member {
  const member = world.aurora.members.get(region(role));
  if (member === undefined) throw new Error(`no Aurora cluster in ${region(role)}`);
  return member;
}

/** Instances go down: sessions end and nothing answers. */
function takeDown(stage: Stage, role: "home" | "standby"): Undo {
  const member = memberOf(stage, role);
  const take = (): void => {
    member.isDown = true;
    member.volume.dropSessions();
  };
  const giveBack = (): void => {
    member.isDown = false;
  };
  return held(stage.world, `database ${stage.region(role)}`, take, giveBack);
}

function restartReaders(stage: Stage, seconds: number): Undo {
  let isDown = true;
  const giveBack = takeDown(stage, "standby");
  const up = (): void => {
    if (isDown) giveBack();
    isDown = false;
  };
  stage.world.base.simulation.after(seconds * 1000, up);
  return up;
}

/** The writer's instances fail. The region, its API and its functions are fine. */
export const writerLost: FaultKind = {
  name: "writer",
  lasts: [400, 480],
  draw: (stream) => {
    const readerSeconds = stream.chance(0.5) ? stream.integer(5, 40) : 0;
    return fault(
      {
        name: "writer",
        description:
          "the writer's instances are gone" +
          (readerSeconds > 0 ? `, the secondary's readers restart for ${readerSeconds} s` : ""),
        failover: "must",
        bound: bounds.settlingStopped,
      },
      (stage) => [
        takeDown(stage, "home"),
        ...(readerSeconds > 0 ? [restartReaders(stage, readerSeconds)] : []),
      ],
    );
  },
};

export const azFailover: FaultKind = {
  name: "AZ failover",
  lasts: [30, 60],
  draw: (stream) => {
    const readerSeconds = stream.chance(0.5) ? stream.integer(5, 30) : 0;
    return fault(
      {
        name: "AZ failover",
        description:
          "Aurora fails over between home's AZs" +
          (readerSeconds > 0 ? `; the secondary's readers restart for ${readerSeconds} s` : ""),
        failover: "must not",
        delaysSettling: true,
      },
      (stage) => [
        takeDown(stage, "home"),
        ...(readerSeconds > 0 ? [restartReaders(stage, readerSeconds)] : []),
      ],
    );
  },
};

export const readersRestart: FaultKind = {
  name: "readers restart",
  lasts: [10, 40],
  draw: () =>
    fault(
      {
        name: "readers restart",
        description: "the standby's readers restart",
        failover: "must not",
      },
      (stage) => [takeDown(stage, "standby")],
    ),
};

/** When lags overlap, the longest one applies. */
const lags = new WeakMap<World, { usualMs: number; present: number[] }>();

function lagBy(world: World, lagMs: number): Undo {
  const { aurora } = world;
  let lag = lags.get(world);
  if (lag === undefined) lags.set(world, (lag = { usualMs: aurora.lagMs, present: [] }));
  const { present, usualMs } = lag;
  present.push(lagMs);
  aurora.setLag(Math.max(...present));
  return () => {
    present.splice(present.indexOf(lagMs), 1);
    aurora.setLag(Math.max(usualMs, ...present));
  };
}

function lagging(
  name: string,
  draw: (stream: { integer(low: number, high: number): number }) => number,
): FaultKind {
  return {
    name,
    lasts: [120, 480],
    draw: (stream) => {
      const seconds = draw(stream);
      const description =
        seconds === Infinity
          ? "nothing replicates to the standby any more"
          : `rows reach the standby ${seconds} s late`;
      return fault({ name, description, failover: "must not" }, ({ world }) => [
        lagBy(world, seconds * 1000),
      ]);
    },
  };
}

export const lagSpike = lagging("lag spike", (stream) => stream.integer(20, 150));
export const lagStall = lagging("replication stalled", () => Infinity);

/** Statements are carried out late: a batch may commit long after its function has given up. */
export const lateCommits: FaultKind = {
  name: "late commits",
  lasts: [20, 60],
  draw: (stream) => {
    const seconds = stream.integer(5, 40);
    const share = stream.between(0.2, 0.8);
    return fault(
      {
        name: "late commits",
        description: `${(share * 100).toFixed(0)} % of the active writer's statements take ${seconds} s longer`,
        failover: "may",
        delaysSettling: true,
        slowsOrders: true,
      },
      ({ world }) => {
        const chance = world.base.random.stream("late commits");
        return [
          world.base.hooks.statement.add((region) => {
            const isWriter = world.aurora.writer.cluster.region === region;
            return isWriter && chance.chance(share) ? seconds * 1000 : undefined;
          }),
        ];
      },
    );
  },
};

/** Lasts beyond any fence: once the promotion has begun, these faults have no further effect. */
const BEYOND_ANY_FENCE = [450, 450] as const;

export const promotionSlow: FaultKind = {
  name: "promotion slow",
  lasts: BEYOND_ANY_FENCE,
  draw: () =>
    fault(
      {
        name: "promotion slow",
        description: "a promotion takes 180 s, the most that is assumed",
        failover: "must not",
      },
      ({ world: { rds } }) => {
        rds.promotionMs = 180_000;
        return [() => (rds.promotionMs = undefined)];
      },
    ),
};

export const promotionRefused: FaultKind = {
  name: "promotion refused",
  lasts: BEYOND_ANY_FENCE,
  draw: () =>
    fault(
      {
        name: "promotion refused",
        description: "RDS refuses the first promotion",
        failover: "must not",
        bound: bounds.hampered,
      },
      ({ world: { rds } }) => {
        rds.refusals = 1;
        return [() => (rds.refusals = 0)];
      },
    ),
};
