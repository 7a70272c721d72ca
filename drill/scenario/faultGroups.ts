import * as apis from "./faults/apis";
import * as clients from "./faults/clients";
import * as controlPlanes from "./faults/controlPlanes";
import * as crashes from "./faults/crashes";
import * as database from "./faults/database";
import * as operations from "./faults/operations";
import * as paths from "./faults/paths";
import * as regions from "./faults/regions";
import { settlingBroken } from "./faults/settling";
import * as triggers from "./faults/triggers";

/** Faults that cause a failover, whatever else happens. */
export const regionOrApi = [regions.homeLost, apis.apiLost];
export const mains = [...regionOrApi, database.writerLost, settlingBroken, apis.acceptingBroken];

/** Faults that may occur beside another one. */
export const companions = [
  crashes.orchestratorKilled,
  crashes.orchestratorStale,
  crashes.processorFrozen,
  database.lagSpike,
  database.lagStall,
  database.lateCommits,
  database.readersRestart,
  controlPlanes.route53Down,
  controlPlanes.rdsDownAtHome,
  controlPlanes.cloudwatchDownAtStandby,
  triggers.forgedAlarms,
  triggers.triggersDisturbed,
  operations.operatorsWhims,
  operations.deployment,
  clients.ttlIgnored,
  clients.quiet,
  regions.slowCatchUp,
  database.azFailover,
  apis.grayErrors,
];

/** Beside a lost region, each of these is a second loss. */
export const furtherLosses = [regions.witnessLost, regions.standbyLost, paths.regionsCut];
