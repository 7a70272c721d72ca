/** Plays a healthy time or an outage, and returns which alarms went off. */
import { beginningOf } from "../../scenario/arming";
import { Clients } from "../../scenario/clients";
import { nothing } from "../../scenario/faults";
import type { Stage } from "../../scenario/faults/fault";
import { OrderBook } from "../../scenario/orderBook";
import { playOutage } from "../../scenario/outage";
import type { Platform } from "../../scenario/platform";
import type { Drawn } from "./armedPair";
import { drawSchedule } from "../../scenario/schedule";
import { World } from "../../world/world";

export interface Healthy {
  rang: readonly string[];
  /** Alarms that have been evaluated. */
  evaluated: readonly string[];
}

export interface Away {
  region: string;
  minutes: number;
}

const HOUR_MS = 3_600_000;

/** From the deployment on: some hours of ordinary load, then as many of a quiet market. */
export async function playHealthy(platform: Platform, hours: number): Promise<Healthy> {
  const world = new World({ ...platform, seed: "healthy" });
  const rang = ringsOf(world);
  const { base, cloudwatch } = world;
  const clients = new Clients(world, new OrderBook(world));
  clients.start();
  world.deploy();
  await base.simulation.run(base.nowMs + hours * HOUR_MS);
  clients.pause();
  await base.simulation.run(base.nowMs + hours * HOUR_MS);
  const evaluated = base.program.alarms.filter(
    ({ region, arn }) => cloudwatch.alarms.stateOf(region, arn) !== "INSUFFICIENT_DATA",
  );
  return { rang: [...rang], evaluated: evaluated.map(({ name }) => name) };
}

/** The alarms that go off while a region's database has no instance. Nothing else is wrong. */
export async function playDatabaseAway(
  platform: Platform,
  { region, minutes }: Away,
): Promise<readonly string[]> {
  const world = new World({ ...platform, seed: "database away" });
  const { simulation } = world.base;
  world.deploy();
  await simulation.run(world.base.nowMs + HOUR_MS);
  const rang = ringsOf(world);
  const member = world.aurora.members.get(region);
  if (member === undefined) throw new Error(`no Aurora cluster in ${region}`);
  member.isDown = true;
  await simulation.run(world.base.nowMs + minutes * 60_000);
  return [...rang];
}

/** What a seed draws of a kind of outage. */
export async function playRings(
  platform: Platform,
  [kind, seed]: Drawn,
): Promise<readonly string[]> {
  const schedule = drawSchedule(seed, { kind });
  let rang: ReadonlySet<string> = new Set();
  const begin = ({ world }: Stage): void => void (rang = ringsOf(world));
  const watching = { index: -1, atSeconds: 0, forSeconds: 0, fault: { ...nothing, begin } };
  await playOutage(platform, {
    seed,
    schedule: { ...schedule, faults: [...schedule.faults, watching] },
    beginning: await beginningOf(platform, schedule.start),
  });
  return [...rang];
}

function ringsOf({ base }: World): Set<string> {
  const rang = new Set<string>();
  base.watch(
    (happening) => {
      if (happening.kind === "alarm" && happening.state === "ALARM") rang.add(happening.name);
    },
    ["alarm"],
  );
  return rang;
}
