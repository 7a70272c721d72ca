import { backlogIsApart, backlogStaysSmall } from "./backlog";
import {
  noFlipBack,
  notFromStandby,
  nothingWaitsForTheLost,
  onlyToTheReady,
  onlyWhenArmed,
  onlyWhereRight,
  throttlesMoveNoName,
} from "./decisions";
import { epochsAgreeAgain } from "./epochs";
import { goodTokensPass, keysAreReadRarely } from "./keys";
import { refusalsTold } from "./refusals";
import { operatorsTold } from "./told";
import { oneDatabase } from "./splitBrain";
import type { Watcher } from "./watcher";
import { twoWitnesses } from "./witnesses";
import { deadLetters, failbackLosesNothing, monotone, oneWriter } from "./writers";

/** Promises that are checked during the outage. */
export const allWatchers: readonly Watcher[] = [
  oneWriter,
  backlogStaysSmall,
  backlogIsApart,
  oneDatabase,
  monotone,
  twoWitnesses,
  onlyWhereRight,
  onlyWhenArmed,
  onlyToTheReady,
  notFromStandby,
  noFlipBack,
  throttlesMoveNoName,
  nothingWaitsForTheLost,
  failbackLosesNothing,
  deadLetters,
  operatorsTold,
  refusalsTold,
  goodTokensPass,
  keysAreReadRarely,
  epochsAgreeAgain,
];
