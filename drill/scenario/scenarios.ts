import type { Stream } from "../../support/simulation/random";
import * as apis from "./faults/apis";
import { standbyBusy } from "./faults/busy";
import { takeoverCalledOff } from "./faults/calledOff";
import * as clients from "./faults/clients";
import * as controlPlanes from "./faults/controlPlanes";
import * as crashes from "./faults/crashes";
import * as database from "./faults/database";
import { namesHang } from "./faults/names";
import * as operations from "./faults/operations";
import * as paths from "./faults/paths";
import * as regions from "./faults/regions";
import { schemaMistake, settlingBroken } from "./faults/settling";
import * as triggers from "./faults/triggers";
import { evidenceScenarios } from "./evidenceScenarios";
import { companions, furtherLosses, mains, regionOrApi } from "./faultGroups";
import { keyScenarios } from "./keyScenarios";
import {
  AFTER_RETURN,
  ARMED_AGAIN,
  FIRST,
  MAIN,
  REBUILT,
  SHORT,
  TAKEN_OVER,
  type Part,
  type Scenario,
  alone,
  around,
  early,
  main,
  soon,
} from "./parts";

const mainOf = (stream: Stream): Part => main(stream.pick(regionOrApi));

export const scenarios: readonly Scenario[] = [
  { name: "none", weight: 1, parts: () => [] },
  alone(regions.homeLost, 12),
  alone(apis.apiLost, 6),
  alone(database.writerLost, 5),
  alone(settlingBroken, 5),
  alone(schemaMistake, 2),
  alone(apis.acceptingBroken, 5),
  alone(apis.grayErrors, 4),
  alone(apis.slowAnswers, 3),
  alone(apis.throttled, 3),
  alone(apis.concurrencyTaken, 2),
  alone(apis.homeCrowded, 1),
  {
    name: "standby crowded, then home",
    weight: 3,
    parts: (stream) => [mainOf(stream), { kind: apis.standbyCrowded, at: [100, 140] }],
  },
  ...evidenceScenarios,
  ...keyScenarios,
  {
    name: "names hang, then home",
    weight: 3,
    parts: () => [main(regions.homeLost), { kind: namesHang, at: [140, 215] }],
  },
  alone(paths.regionsCut, 8),
  alone(paths.flappingAbove, 4),
  alone(paths.flappingShort, 6),
  alone(paths.flappingAt, 3),
  alone(paths.flappingBelow, 2),
  alone(database.azFailover, 5),
  alone(database.readersRestart, 1),
  alone(database.lagSpike, 1),
  alone(database.lagStall, 1),
  alone(database.lateCommits, 2),
  alone(crashes.processorFrozen, 2),
  alone(regions.standbyLost, 4),
  alone(regions.witnessLost, 4),
  alone(clients.quiet, 2),
  {
    name: "quiet and stalled",
    weight: 2,
    parts: () => [main(clients.quiet), { kind: database.lagStall, at: [100, 200] }],
  },
  {
    name: "burst",
    weight: 1,
    parts: (stream) => [
      main(stream.pick([database.writerLost, settlingBroken])),
      { kind: clients.burst, at: [160, 260] },
    ],
  },
  alone(triggers.blind, 2),
  alone(triggers.forgedAlarms, 2),
  alone(clients.ttlIgnored, 1),
  alone(controlPlanes.route53Down, 1),
  alone(controlPlanes.rdsDownAtHome, 1),
  alone(controlPlanes.rdsDownAtStandby, 1),
  alone(controlPlanes.cloudwatchDownAtHome, 1),
  alone(controlPlanes.cloudwatchDownAtStandby, 1),
  ...(["sentinel", "alarm", "tick"] as const).map((path) => ({
    name: `only the ${path}`,
    weight: 3,
    parts: (stream: Stream) => [mainOf(stream), early(triggers.onlyPath(path))],
  })),
  {
    name: "orchestrator killed",
    weight: 8,
    parts: (stream) => [mainOf(stream), early(crashes.orchestratorKilled)],
  },
  {
    name: "orchestrator times out",
    weight: 2,
    parts: (stream) => [mainOf(stream), { kind: crashes.orchestratorTimesOut, at: [170, 300] }],
  },
  {
    name: "stale orchestrator",
    weight: 3,
    parts: (stream) => [mainOf(stream), around(crashes.orchestratorStale)],
  },
  {
    name: "triggers disturbed",
    weight: 3,
    parts: (stream) => [mainOf(stream), { kind: triggers.triggersDisturbed, at: [100, 200] }],
  },
  {
    name: "promotion refused",
    weight: 3,
    parts: (stream) => [mainOf(stream), early(database.promotionRefused)],
  },
  {
    name: "promotion slow",
    weight: 2,
    parts: (stream) => [main(stream.pick(mains)), early(database.promotionSlow)],
  },
  {
    name: "RDS down, then home",
    weight: 3,
    parts: (stream) => [
      mainOf(stream),
      { kind: controlPlanes.rdsDownAtStandby, at: [120, 260], lasts: [90, 240] },
    ],
  },
  alone(standbyBusy, 1),
  {
    name: "standby busy, then home",
    weight: 3,
    parts: (stream) => [mainOf(stream), { kind: standbyBusy, at: [120, 200], lasts: [90, 240] }],
  },
  {
    name: "lag at the fault",
    weight: 3,
    parts: (stream) => [
      main(stream.pick([regions.homeLost, database.writerLost])),
      { kind: stream.pick([database.lagSpike, database.lagStall]), at: [40, 120] },
    ],
  },
  {
    name: "deployment",
    weight: 5,
    parts: (stream) => [
      { kind: operations.deployment, at: [120, 200] },
      ...(stream.chance(0.4) ? [mainOf(stream)] : []),
    ],
  },
  alone(operations.destroyed, 3),
  alone(operations.failoverAsked, 2),
  alone(operations.operatorsWhims, 1),
  {
    name: "takeover called off",
    weight: 4,
    parts: (stream) => [
      { kind: takeoverCalledOff, at: [165, 185] },
      ...(stream.chance(0.5)
        ? [{ kind: database.lateCommits, at: [130, 150], lasts: [90, 120] } as const]
        : [
            { kind: crashes.processorLate, at: [130, 150], lasts: [90, 120] } as const,
            { kind: clients.burst, at: [165, 190] } as const,
          ]),
      // Longer than the conflicting commands continue: a promotion that is then reversed moves
      // Aurora twice.
      { kind: controlPlanes.rdsDownAtStandby, at: [120, 130], lasts: [260, 300] },
    ],
  },
  {
    name: "blind, then asked",
    weight: 2,
    parts: () => [
      main(regions.homeLost),
      { kind: triggers.blind, at: FIRST, lasts: [700, 700] },
      { kind: operations.activationAsked, at: [240, 300] },
    ],
  },
  {
    name: "failback",
    weight: 4,
    parts: (stream) => [
      soon(regions.homeLost),
      { kind: operations.failback, at: AFTER_RETURN, lasts: [420, 420] },
      ...(stream.chance(0.3) ? [{ kind: stream.pick(companions), at: [440, 840] as const }] : []),
    ],
  },
  {
    name: "fault in a failback",
    weight: 4,
    start: "taken over",
    parts: (stream) => [
      { kind: operations.failback, at: TAKEN_OVER, lasts: [320, 320] },
      { kind: stream.pick([...companions, ...furtherLosses]), at: [40, 115] },
    ],
  },
  {
    name: "orchestrator killed in a failback",
    weight: 2,
    start: "taken over",
    parts: () => [
      { kind: operations.failback, at: TAKEN_OVER, lasts: [320, 320] },
      { kind: crashes.failbackKilled, at: [0, 30] },
    ],
  },
  {
    name: "RDS at home down in a failback",
    weight: 1,
    start: "taken over",
    parts: () => [
      { kind: operations.failback, at: TAKEN_OVER, lasts: [400, 400] },
      { kind: controlPlanes.rdsDownAtHome, at: [25, 85] },
    ],
  },
  {
    name: "CloudWatch at home down, then home",
    weight: 1,
    parts: (stream) => [
      mainOf(stream),
      { kind: controlPlanes.cloudwatchDownAtHome, at: [60, 150], lasts: [200, 480] },
    ],
  },
  {
    name: "home fails in a failback",
    weight: 3,
    start: "taken over",
    parts: (stream) => [
      { kind: operations.failback, at: TAKEN_OVER, lasts: [320, 320] },
      { kind: stream.pick(mains), at: [40, 185] },
    ],
  },
  {
    name: "home lost again",
    weight: 1,
    parts: () => [
      soon(regions.homeLost),
      { kind: operations.failback, at: AFTER_RETURN, lasts: [420, 420] },
      { kind: regions.homeLostAgain, at: ARMED_AGAIN },
    ],
  },
  {
    name: "home fails twice",
    weight: 3,
    parts: (stream) => [main(stream.pick(mains)), around(stream.pick(mains))],
  },
  {
    name: "late commits across a move",
    weight: 3,
    parts: () => [main(database.lateCommits), { kind: operations.failoverAsked, at: [160, 240] }],
  },
  {
    name: "frozen across a move",
    weight: 2,
    parts: () => [
      main(crashes.processorStale, [200, 300]),
      { kind: operations.failoverAsked, at: [220, 300] },
    ],
  },
  {
    name: "second region lost",
    weight: 2,
    start: "taken over",
    parts: () => [{ kind: regions.secondRegionLost, at: TAKEN_OVER }],
  },
  {
    name: "both regions lost in turn",
    weight: 1,
    parts: () => [soon(regions.homeLost), { kind: regions.secondRegionLost, at: REBUILT }],
  },
  {
    name: "two regions lost",
    weight: 2,
    parts: (stream) => [
      main(regions.homeLost, SHORT),
      { kind: stream.pick([regions.standbyLost, regions.witnessLost]), at: MAIN, lasts: SHORT },
    ],
  },
  {
    name: "combination",
    weight: 16,
    parts: (stream) => {
      const kind = stream.pick(mains);
      const others = kind === regions.homeLost ? companions : [...companions, ...furtherLosses];
      const count = stream.integer(1, 3);
      return [main(kind), ...Array.from({ length: count }, () => around(stream.pick(others)))];
    },
  },
];
