/** A takeover played in full, and an outage that starts after one: what was seen of both. */
import { beginningOf } from "../../scenario/arming";
import { nothing, regionLost } from "../../scenario/faults";
import type { Fault, Stage } from "../../scenario/faults/fault";
import { playOutage } from "../../scenario/outage";
import type { Platform } from "../../scenario/platform";
import type { Start } from "../../scenario/parts";
import { checkOutage } from "../../scenario/promises";
import { scheduleOf } from "../../scenario/schedule";
import { timelessOf } from "./armedPair";

/** Aurora's longest rebuild is over, and uncertain orders have been swept. */
const HEALED_SECONDS = 800;
/** Every loop has begun, and every alarm has been evaluated. */
const SEEN_SECONDS = 300;

export interface TakenOver {
  timeless: ReturnType<typeof timelessOf>;
  host: string;
  broken: ReturnType<typeof checkOutage>;
}

export async function playTakenOver(platform: Platform): Promise<readonly [TakenOver, TakenOver]> {
  const lost = { atSeconds: 75, forSeconds: 270, fault: regionLost("home") };
  const played = await play(platform, "armed", [lost], HEALED_SECONDS);
  return [played, await play(platform, "taken over", [], SEEN_SECONDS)];
}

async function play(
  platform: Platform,
  start: Start,
  faults: readonly { atSeconds: number; forSeconds: number; fault: Fault }[],
  seenAtSeconds: number,
): Promise<TakenOver> {
  let seen: Pick<TakenOver, "timeless" | "host"> | undefined;
  const begin = (stage: Stage): void => {
    const { base, route53 } = stage.world;
    const { name } = base.program.records.find(({ failover }) => failover === "PRIMARY")!;
    seen = { timeless: timelessOf(stage), host: route53.resolve(name).host };
  };
  const seeing = { atSeconds: seenAtSeconds, forSeconds: 0, fault: { ...nothing, begin } };
  const schedule = scheduleOf("1", [...faults, seeing], "taken over", start);
  const beginning = await beginningOf(platform, start);
  const outage = await playOutage(platform, { seed: "1", schedule, beginning });
  return { ...seen!, broken: checkOutage(outage) };
}
