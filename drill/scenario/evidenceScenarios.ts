import * as apis from "./faults/apis";
import * as database from "./faults/database";
import * as evidence from "./faults/evidence";
import * as paths from "./faults/paths";
import { mains } from "./faultGroups";
import { type Scenario, alone, early, main } from "./parts";

/** Outages in which what detection sees is refused, late or makes no sense. */
export const evidenceScenarios: readonly Scenario[] = [
  alone(evidence.clocksApart, 1),
  {
    name: "clocks apart, then broken",
    weight: 3,
    parts: (stream) => [
      main(stream.pick([...mains, database.azFailover, paths.flappingAbove])),
      early(evidence.clocksApart),
    ],
  },
  alone(evidence.itemSpoilt, 1),
  {
    name: "item spoilt, then broken",
    weight: 4,
    parts: (stream) => [
      { kind: stream.pick(mains), at: [195, 200] },
      // Before the fault its writer replaces the item; afterwards nobody may.
      { kind: evidence.itemSpoilt, at: stream.chance(0.3) ? [150, 190] : [201, 212] },
    ],
  },
  {
    name: "two items spoilt, then broken",
    weight: 2,
    parts: (stream) => [
      { kind: stream.pick(mains), at: [195, 200] },
      { kind: evidence.twoItemsSpoilt, at: stream.chance(0.3) ? [150, 190] : [201, 212] },
    ],
  },
  alone(evidence.epochWrong, 1),
  {
    name: "epoch wrong at the standby",
    weight: 1,
    start: "taken over",
    parts: () => [main(evidence.epochWrong)],
  },
  {
    name: "flooded, then broken",
    weight: 4,
    parts: (stream) => [
      main(stream.pick([...mains, apis.acceptingBroken, apis.acceptingBroken])),
      { kind: apis.flooded, at: stream.chance(0.5) ? [60, 140] : [150, 210] },
    ],
  },
];
