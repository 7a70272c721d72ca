import { type Mutation, combined } from "../mutation";
import * as decisions from "./decisionMutations";
import * as dns from "./dnsMutations";
import * as health from "./healthMutations";
import * as ledger from "./ledgerMutations";
import * as program from "./programMutations";
import * as settling from "./settlingMutations";

/** A weakness that the drill must detect. */
export interface Sabotage {
  readonly mutation: Mutation;
  /** If a second safeguard covers the first, the two mutations that together form this one. */
  readonly halves: readonly Mutation[];
  /** Kinds of outage in which it can show; others are skipped. If empty, all kinds are played. */
  readonly kinds: readonly string[];
}

function single(mutation: Mutation, ...kinds: string[]): Sabotage {
  return { mutation, halves: [], kinds };
}

function pair(one: Mutation, other: Mutation, ...kinds: string[]): Sabotage {
  return {
    mutation: combined(`${one.name}, ${other.name}`, [one, other]),
    halves: [one, other],
    kinds,
  };
}

/** Everything that `npm run drill:sabotage` plays, in the order of its table. */
export const sabotages: readonly Sabotage[] = [
  single(ledger.closeOnSettlement),
  pair(ledger.closeWithoutEpochTest, ledger.noSweepAtActivation, "combination"),
  pair(ledger.noSweepAtActivation, ledger.noSweepOfTheMinute, "region", "API"),
  single(ledger.unconditionalControl),
  pair(ledger.eventualControl, ledger.unconditionalControl, "deployment", "stale orchestrator"),
  single(ledger.acknowledgeBeforeLedger),
  pair(ledger.openCountsAsWaiting, decisions.rareCanaryOrders, "quiet and stalled"),
  single(settling.insertWithoutRight, "takeover called off"),
  pair(settling.markOnZeroRows, ledger.markedOnceForAll, "takeover called off"),
  single(ledger.noDepthLimit, "burst"),
  single(ledger.backlogAmongFresh, "region", "API"),
  single(settling.redriveByReceiveCount, "combination", "deployment", "operators' whims"),
  pair(settling.failuresWhileInactive, settling.redriveByReceiveCount, "writer", "settling"),
  single(settling.rejectsSettled),
  single(settling.rejectsRefused, "schema mistake"),
  single(settling.altersSession),
  single(decisions.oneWitness),
  pair(decisions.silenceIsASign, decisions.oneWitness, "blind"),
  single(decisions.refusalsHideFailures, "flooded, then broken"),
  single(decisions.evidenceUnchecked, "item spoilt, then broken"),
  single(decisions.lateFlapping, "flapping, each time short"),
  single(decisions.shortPatience, "AZ failover"),
  single(decisions.automaticSwitchover),
  single(decisions.unreadyIsFencedFor, "standby busy, then home"),
  single(decisions.backupIsUnready, "standby busy, then home"),
  single(decisions.disarmIgnored, "deployment"),
  single(decisions.armedAtOnce, "home fails in a failback"),
  single(decisions.failbackByFailover, "failback", "fault in a failback"),
  single(decisions.noTarget, "failback", "fault in a failback"),
  single(decisions.lagAsAGate, "lag at the fault"),
  single(decisions.unknownFieldsDropped, "forged alarms"),
  single(decisions.noNotice, "region", "API"),
  single(dns.noRepoint, "region", "API"),
  single(dns.noLatch),
  single(dns.throttledIsUnhealthy, "throttled"),
  single(dns.deadHealthCheckPath, "second region lost"),
  pair(dns.disabledHealthCheck, dns.noLatch),
  pair(health.standbyCountsAsActive, dns.noLatch),
  pair(health.healthIncludesDatabase, decisions.oneWitness, "AZ failover"),
  single(program.orchestratorAtHome),
  single(program.missingPermission),
  single(program.nothingReserved, "standby crowded, then home"),
  single(program.slowComposite, "only the alarm"),
  single(program.withoutDependsOn, "destroyed"),
];
