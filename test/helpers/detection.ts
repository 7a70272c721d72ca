import { createSentinel } from "../../lambda/handlers/sentinel";
import type { HttpRequest } from "../../lambda/runtime/runtime";
import { orchestrate } from "./failover";
import { STANDBY, type FakeWorld } from "./fakeRuntime";

const SENTINEL_EVERY_SECONDS = 60;

/** Starts a sentinel every minute from now on. It invokes the orchestrator. */
export function watch(world: FakeWorld): void {
  world.services.functions.set("standby-orchestrator", async (payload) => {
    await orchestrate(world, payload);
  });
  const start = (): void => {
    world.simulation.after(SENTINEL_EVERY_SECONDS * 1000, start);
    void createSentinel(world.runtime(STANDBY))({ trigger: "schedule" });
  };
  start();
}

/** Plays until home is fenced. Returns the seconds that took, or null if it never happened. */
export async function secondsToFence(world: FakeWorld, limitSeconds = 480): Promise<number | null> {
  const startedMs = world.nowMs;
  let fencedMs: number | null = null;
  world.beforeCall = ({ command, on, input }) => {
    const item = input["Item"] as { target?: string | null } | undefined;
    if (command === "Put" && on === "control" && item?.target === STANDBY) fencedMs ??= world.nowMs;
  };
  await world.advance(limitSeconds);
  return fencedMs === null ? null : (fencedMs - startedMs) / 1000;
}

/** A throttle in front of home refuses this share of the requests that are meant. */
export function flood(
  world: FakeWorld,
  share: number,
  isMeant: (request: HttpRequest) => boolean,
): void {
  const behind = world.website;
  let state = 7;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  world.website = (request) => {
    const isRefused =
      request.url.startsWith("https://home") && isMeant(request) && uniform() < share;
    return isRefused ? { status: 429, body: "" } : behind(request);
  };
}
