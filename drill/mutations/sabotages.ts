import { type Mutation, combined } from "../mutation";
import * as decisions from "./decisionMutations";
import * as dns from "./dnsMutations";
import * as evidence from "./evidenceMutations";
import * as health from "./healthMutations";
import * as keys from "./keyMutations";
import * as ledger from "./ledgerMutations";
import * as program from "./programMutations";
import * as settling from "./settlingMutations";

/** A weakness that the drill must detect, and the outages that can show it. */
export interface Sabotage {
  readonly mutation: Mutation;
  /** If a second safeguard covers the first, the two mutations that together form this one. */
  readonly halves: readonly Mutation[];
  /** The kind of outage that is played. */
  readonly kind: string;
  /** Only outages whose schedule has this text are played; all of the kind by default. */
  readonly drawn: RegExp | undefined;
}

function single(mutation: Mutation, kind: string, drawn?: RegExp): Sabotage {
  return { mutation, halves: [], kind, drawn };
}

function pair(one: Mutation, other: Mutation, kind: string, drawn?: RegExp): Sabotage {
  const mutation = combined(`${one.name}, ${other.name}`, [one, other]);
  return { mutation, halves: [one, other], kind, drawn };
}

const lostWithoutReplication = /home is lost[^]*nothing replicates/;
const lagInBetween = /nothing replicates|rows reach the standby/;
const eventsToStandby = /standby's orchestrator for a failback[^]*events reach/;
const settlingWithoutReplication = /at home order-processor[^]*nothing replicates/;

/** Everything that `npm run drill:sabotage` plays, in the order of its table. */
export const sabotages: readonly Sabotage[] = [
  single(ledger.closeOnSettlement, "lag at the fault", lostWithoutReplication),
  pair(
    ledger.closeWithoutEpochTest,
    ledger.noSweepAtActivation,
    "combination",
    settlingWithoutReplication,
  ),
  pair(ledger.noSweepAtActivation, ledger.noSweepOfTheMinute, "region"),
  single(ledger.unconditionalControl, "stale orchestrator"),
  pair(ledger.eventualControl, ledger.unconditionalControl, "deployment"),
  single(ledger.acknowledgeBeforeLedger, "region"),
  pair(ledger.openCountsAsWaiting, decisions.rareCanaryOrders, "quiet and stalled"),
  single(settling.insertWithoutRight, "takeover called off"),
  pair(settling.markOnZeroRows, ledger.markedOnceForAll, "takeover called off", /stand still/),
  single(ledger.noDepthLimit, "burst"),
  single(ledger.backlogAmongFresh, "region"),
  single(settling.redriveByReceiveCount, "schema mistake"),
  pair(settling.failuresWhileInactive, settling.redriveByReceiveCount, "writer"),
  single(settling.rejectsSettled, "region"),
  single(settling.rejectsRefused, "schema mistake"),
  single(settling.refusalUntold, "schema mistake"),
  single(settling.altersSession, "region"),
  single(decisions.oneWitness, "cut", /standby to home/),
  pair(decisions.silenceIsASign, decisions.oneWitness, "blind"),
  single(decisions.refusalsHideFailures, "flooded, then broken", /answers 5[^]*POST \/orders/),
  single(
    decisions.evidenceUnchecked,
    "item spoilt, then broken",
    /(order-api|authorizer) answers[^]*"newestOrderAtMs"/,
  ),
  single(evidence.loopsForget, "two items spoilt, then broken", /"progress" and [^]*"looks"/),
  single(evidence.epochsNotCompared, "epoch wrong"),
  single(
    decisions.lateFlapping,
    "flapping, each time short",
    /nothing for 2[0-2] s, then all for [678] s/,
  ),
  single(decisions.shortPatience, "AZ failover"),
  single(decisions.automaticSwitchover, "region"),
  single(decisions.unreadyIsFencedFor, "standby busy, then home", /"maintenance"/),
  single(decisions.backupIsUnready, "standby busy, then home", /promotes it all the same/),
  single(decisions.disarmIgnored, "deployment", /disarmed[^]*home/),
  single(decisions.armedAtOnce, "home fails in a failback"),
  single(decisions.failbackByFailover, "fault in a failback", lagInBetween),
  single(decisions.noTarget, "fault in a failback", eventsToStandby),
  single(decisions.lagAsAGate, "lag at the fault", lostWithoutReplication),
  single(decisions.unknownFieldsDropped, "forged alarms", /[34] events/),
  single(decisions.noNotice, "region"),
  single(dns.noRepoint, "region", /home is lost(?!.*control plane)/),
  single(dns.noLatch, "region", /stale handler/),
  single(dns.throttledIsUnhealthy, "throttled", /(token|account) gets .* (8|9|10)\d %/),
  single(dns.deadHealthCheckPath, "second region lost"),
  pair(dns.disabledHealthCheck, dns.noLatch, "region"),
  pair(health.standbyCountsAsActive, dns.noLatch, "accepting"),
  pair(health.healthIncludesDatabase, decisions.oneWitness, "AZ failover"),
  single(keys.keysForgotten, "keys away", /clients' keys (does|answers)/),
  single(keys.failedReadsForgotten, "keys away", /clients' keys (does|answers)[^]*stranger/),
  single(keys.unknownKeysReadAtOnce, "keys away", /stranger/),
  single(program.orchestratorAtHome, "region"),
  single(program.missingPermission, "region"),
  single(program.nothingReserved, "standby crowded, then home"),
  pair(program.lookupsUnshared, program.fewThreads, "names hang, then home"),
  single(program.slowComposite, "only the alarm", /home is lost/),
  single(program.withoutDependsOn, "destroyed"),
];
