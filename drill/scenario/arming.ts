import { ARMED_AFTER_SECONDS } from "../../lambda/shared/tunables";
import type { ProgramDescription } from "../description/program";
import { type Beginning, World } from "../world/world";
import type { Platform } from "./outage";
import { controlIn, progressIn } from "./ledgerItems";

const ARMED_AT_LATEST_MS = 900_000;
const CHECK_MS = 5_000;

/** The ledger is the table every order goes to. */
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

const beginnings = new WeakMap<Platform, Promise<Beginning>>();

/**
 * What an armed platform has stored, played once from its deployment. Worlds that begin there save
 * seven minutes each; their functions start cold, and their first minutes are played in full.
 */
export function armed(platform: Platform): Promise<Beginning> {
  let beginning = beginnings.get(platform);
  if (beginning === undefined) {
    const world = new World({ ...platform, seed: "armed" });
    beginning = armFromDeployment(world).then(() => world.snapshot());
    beginnings.set(platform, beginning);
  }
  return beginning;
}
