import { INSERT_ORDERS, RAISE_EPOCH } from "../../lambda/shared/database";
import type { Luck, Rules, Scene } from "./scene";

/** The protocol as it ships: what is SQL is read from the statements themselves. */
export const shipped: Rules = {
  closerTestsEpoch: true,
  controlRemembersTarget: true,
  statementHoldsRight: /\bfor share\b/.test(INSERT_ORDERS),
  readsAgainBeforeCall: true,
  raisesOnlyUpward: /\bwhere epoch < \$1\b/.test(RAISE_EPOCH),
  knowsLeavingWriter: true,
  asksNamedRegion: true,
  sparesMissingRow: true,
};

const calm: Luck = {
  homeLosses: 0,
  standbyLosses: 0,
  falseSigns: 0,
  failbacks: 0,
  failoversHome: 0,
  failoversStandby: 0,
};

const everything: Luck = {
  homeLosses: 1,
  standbyLosses: 1,
  falseSigns: 1,
  failbacks: 1,
  failoversHome: 1,
  failoversStandby: 1,
};

/** Small enough to be explored whole, together large enough to meet everything with everything. */
export const scenes: readonly Scene[] = [
  {
    name: "one orchestrator, processors, closers; home and standby lost, failback",
    orders: 1,
    runs: 1,
    hasProcessors: true,
    hasClosers: true,
    luck: { ...calm, homeLosses: 1, standbyLosses: 1, failbacks: 1 },
    rules: shipped,
  },
  {
    name: "two orchestrators, processors; home and standby lost, operator fails over home",
    orders: 1,
    runs: 2,
    hasProcessors: true,
    hasClosers: false,
    luck: { ...calm, homeLosses: 1, standbyLosses: 1, failoversHome: 1 },
    rules: shipped,
  },
  {
    name: "two orchestrators, processors, closers; false signs, failback",
    orders: 1,
    runs: 2,
    hasProcessors: true,
    hasClosers: true,
    luck: { ...calm, falseSigns: 1, failbacks: 1 },
    rules: shipped,
  },
  {
    name: "two orders, one orchestrator, processors, closers; home lost",
    orders: 2,
    runs: 1,
    hasProcessors: true,
    hasClosers: true,
    luck: { ...calm, homeLosses: 1 },
    rules: shipped,
  },
  {
    name: "two orchestrators alone; every misfortune and every operator's word once",
    orders: 1,
    runs: 2,
    hasProcessors: false,
    hasClosers: false,
    luck: everything,
    rules: shipped,
  },
];

/** A rule taken out, and a small scene in which that shows. */
export interface Weakening {
  name: string;
  rule: keyof Rules;
  scene: Scene;
}

const early: Scene = {
  name: "false signs, operator fails over home",
  orders: 1,
  runs: 1,
  hasProcessors: true,
  hasClosers: false,
  luck: { ...calm, falseSigns: 1, failoversHome: 1 },
  rules: shipped,
};
const orchestratorsOnly = { runs: 2, hasProcessors: false } as const;
const outAndBack = { ...calm, falseSigns: 1, failbacks: 1 };

export const weakenings: readonly Weakening[] = [
  {
    name: "a closer that does not test the epoch",
    rule: "closerTestsEpoch",
    scene: { ...early, hasClosers: true, luck: { ...calm, homeLosses: 1 } },
  },
  {
    name: "a control item that forgets its target",
    rule: "controlRemembersTarget",
    scene: { ...early, ...orchestratorsOnly, luck: outAndBack },
  },
  {
    name: "an insert without `for share`",
    rule: "statementHoldsRight",
    scene: early,
  },
  {
    name: "an RDS call without a fresh read",
    rule: "readsAgainBeforeCall",
    scene: { ...early, ...orchestratorsOnly },
  },
  {
    name: "an activation that may lower the epoch",
    rule: "raisesOnlyUpward",
    scene: { ...early, ...orchestratorsOnly, luck: outAndBack },
  },
  {
    name: "a writer that counts as such while a promotion leads away from it",
    rule: "knowsLeavingWriter",
    scene: { ...early, ...orchestratorsOnly },
  },
  {
    name: "RDS asked in a region that the control item does not name",
    rule: "asksNamedRegion",
    scene: { ...early, ...orchestratorsOnly },
  },
  {
    name: "a processor that takes a missing row for another order's",
    rule: "sparesMissingRow",
    scene: early,
  },
];

/** The weakening's scene without its rule. */
export function weakened({ rule, scene }: Weakening): Scene {
  return { ...scene, rules: { ...scene.rules, [rule]: false } };
}
