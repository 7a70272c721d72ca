import { ARMED_AFTER_SECONDS } from "../shipped";
import type { ProgramDescription } from "../description/program";
import { type Beginning, World } from "../world/world";
import type { Platform } from "./platform";
import { controlIn, progressIn } from "./ledgerItems";
import type { Start } from "./parts";

const ARMED_AT_LATEST_MS = 900_000;
/** How long after the start home is lost, and for how long: long enough for a failover. */
const LOST_AT_SECONDS = 75;
const LOST_FOR_SECONDS = 270;
/** An upper limit that includes Aurora's longest rebuild after home's return. */
const TAKEN_OVER_AT_LATEST_MS = 400_000;
const CHECK_MS = 5_000;

/** The ledger is the table to which order-api writes every order. */
export function ledgerOf(program: ProgramDescription): string {
  for (const { environment } of program.functions.values()) {
    if (environment["LEDGER_TABLE"] !== undefined) return environment["LEDGER_TABLE"];
  }
  throw new Error("no function of the program knows LEDGER_TABLE");
}

/** Deploys, then plays until home has settled for long enough that a failover may begin by itself. */
export async function armFromDeployment(world: World): Promise<void> {
  const { simulation, program } = world.base;
  const ledgerTable = ledgerOf(program);
  world.deploy();
  for (;;) {
    await simulation.run(simulation.nowMs + CHECK_MS);
    const control = controlIn(world, ledgerTable);
    const progress = progressIn(world, ledgerTable, program.homeRegion);
    const settledMs = progress === undefined ? 0 : progress.lastAtMs - progress.firstAtMs;
    const isActive = control?.active === program.homeRegion;
    if (isActive && settledMs >= ARMED_AFTER_SECONDS * 1000) return;
    if (simulation.nowMs - simulation.startMs > ARMED_AT_LATEST_MS) return;
  }
}

/** Loses home for as long as a failover takes, then plays until home has come back as a reader. */
async function takeOver(world: World): Promise<void> {
  const { simulation, program } = world.base;
  const { homeRegion } = program;
  const after = (seconds: number) => simulation.run(simulation.nowMs + seconds * 1000);
  await after(LOST_AT_SECONDS);
  world.lose(homeRegion);
  await after(LOST_FOR_SECONDS);
  world.restore(homeRegion);
  const untilMs = simulation.nowMs + TAKEN_OVER_AT_LATEST_MS;
  while (!world.aurora.isWhole && simulation.nowMs < untilMs) await after(CHECK_MS / 1000);
}

const beginnings = new WeakMap<Platform, Map<Start, Promise<Beginning>>>();

/**
 * What a platform has stored at the start of an outage: armed after its deployment, or after a
 * takeover that follows it. It is played once and reused, which saves minutes of virtual time per
 * outage. Functions start cold in the new world. A design that never takes over starts in the state
 * it has reached by then.
 */
export function beginningOf(platform: Platform, start: Start): Promise<Beginning> {
  const ofPlatform = beginnings.get(platform) ?? new Map<Start, Promise<Beginning>>();
  beginnings.set(platform, ofPlatform);
  let beginning = ofPlatform.get(start);
  if (beginning === undefined) {
    beginning = start === "armed" ? playArmed(platform) : playTakenOver(platform);
    ofPlatform.set(start, beginning);
  }
  return beginning;
}

async function playArmed(platform: Platform): Promise<Beginning> {
  const world = new World({ ...platform, seed: "armed" });
  await armFromDeployment(world);
  return world.snapshot();
}

async function playTakenOver(platform: Platform): Promise<Beginning> {
  const beginning = await beginningOf(platform, "armed");
  const world = new World({ ...platform, seed: "taken over", beginning });
  await takeOver(world);
  return world.snapshot();
}
