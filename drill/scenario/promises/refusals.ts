import type { AlarmDescription } from "../../description/alarms";
import type { World } from "../../world/world";
import { Bell } from "./bell";
import type { Watcher } from "./watcher";

const TOLD_WITHIN_MS = 180_000;

const isOnRefusals = ({ metrics, actions }: AlarmDescription): boolean =>
  metrics.some(({ seriesKey }) => seriesKey.includes("|OrdersRefused|")) &&
  actions.ALARM.some((target) => target.startsWith("arn:aws:sns:"));

/** Calls back with the region if nobody was told of a refusal there that was due to be told. */
function watchRegion({ base, cloudwatch }: World, region: string, untold: () => void) {
  const alarms = base.program.alarms.filter((each) => each.region === region);
  const bell = new Bell(base, new Set(alarms.filter(isOnRefusals).map(({ name }) => name)));
  const isMute = (): boolean => base.network.isLost(region) || cloudwatch.down.has(region);
  let isWaiting = false;
  const refused = (): void => {
    if (isWaiting || isMute()) return;
    isWaiting = true;
    const sinceMs = base.nowMs;
    base.simulation.after(TOLD_WITHIN_MS, () => {
      isWaiting = false;
      if (!isMute() && !bell.hasRungSince(sinceMs)) untold();
    });
  };
  return { bell, refused };
}

/**
 * The database refuses valid orders until people repair it. It does not apply while the region or
 * its CloudWatch is down.
 */
export const refusalsTold: Watcher = {
  name: "an operator is told of refused orders within 3 minutes",
  kinds: ["row refused", "published", "alarm"],
  watch: ({ world, home, standby }) => {
    let seen: string | undefined;
    const regions = new Map(
      [home, standby].map((region) => [
        region,
        watchRegion(world, region, () => (seen ??= `nobody, though ${region} refused an order`)),
      ]),
    );
    return (happening) => {
      if (happening.kind === "row refused") regions.get(happening.region)?.refused();
      else for (const { bell } of regions.values()) bell.hear(happening);
      return seen;
    };
  },
};
