import { mains } from "./faultGroups";
import * as keys from "./faults/keys";
import { type Scenario, alone, early, main } from "./parts";

/** Outages in which keys of tokens cannot be read, arrive late or change. */
export const keyScenarios: readonly Scenario[] = [
  alone(keys.keysSlow, 1),
  {
    name: "keys away",
    weight: 2,
    parts: (stream) => [
      main(keys.keysAway),
      { kind: keys.keysRotated, at: [60, 140] },
      ...(stream.chance(0.6) ? [{ kind: keys.junkTokens, at: [100, 260] } as const] : []),
    ],
  },
  {
    name: "keys away, then broken",
    weight: 3,
    parts: (stream) => [
      main(stream.pick(mains)),
      // Over before clients reach the standby: an authorizer that starts cold there needs keys.
      { kind: keys.keysAway, at: [110, 140], lasts: [50, 90] },
      stream.chance(0.5) ? early(keys.keysRotated) : { kind: keys.junkTokens, at: [100, 220] },
    ],
  },
  {
    name: "keys slow, then broken",
    weight: 1,
    parts: (stream) => [main(stream.pick(mains)), { kind: keys.keysSlow, at: [60, 140] }],
  },
];
