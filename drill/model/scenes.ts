import { closing, deletion, INSERT_ORDERS, RAISE_EPOCH } from "../shipped";
import type { Luck, Rules, Scene } from "./scene";

const entry = { pk: "", shard: "", at: "" };

/** The protocol as shipped. The rules that are in SQL are read from the statements themselves. */
export const shipped: Rules = {
  closerTestsEpoch: true,
  controlRemembersTarget: true,
  statementHoldsRight: /\bfor share\b/.test(INSERT_ORDERS),
  readsAgainBeforeCall: true,
  raisesOnlyUpward: /\bwhere epoch < \$1\b/.test(RAISE_EPOCH),
  knowsLeavingWriter: true,
  asksNamedRegion: true,
  closerComparesOrders: /"fingerprint" = \?/.test(closing("", entry, "", "").text),
  deletesClosedOnly: /"shard" = \?.* AND "at" = \?/.test(deletion("", entry).text),
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

/**
 * Each scene is small enough to be explored completely. Together they combine all kinds of events.
 */
export const scenes: readonly Scene[] = [
  {
    name: "one orchestrator, processors, closers; home and standby lost, failback",
    orders: 1,
    runs: 1,
    hasProcessors: true,
    hasClosers: true,
    reusesId: false,
    luck: { ...calm, homeLosses: 1, standbyLosses: 1, failbacks: 1 },
    rules: shipped,
  },
  {
    name: "two orchestrators, processors; home and standby lost, operator fails over home",
    orders: 1,
    runs: 2,
    hasProcessors: true,
    hasClosers: false,
    reusesId: false,
    luck: { ...calm, homeLosses: 1, standbyLosses: 1, failoversHome: 1 },
    rules: shipped,
  },
  {
    name: "two orchestrators, processors, closers; false signs, failback",
    orders: 1,
    runs: 2,
    hasProcessors: true,
    hasClosers: true,
    reusesId: false,
    luck: { ...calm, falseSigns: 1, failbacks: 1 },
    rules: shipped,
  },
  {
    name: "two orders, one orchestrator, processors; home lost",
    orders: 2,
    runs: 1,
    hasProcessors: true,
    hasClosers: false,
    reusesId: false,
    luck: { ...calm, homeLosses: 1 },
    rules: shipped,
  },
  {
    name: "one orchestrator, processors, closers that delete, an id used again; home lost",
    orders: 2,
    runs: 1,
    hasProcessors: true,
    hasClosers: true,
    reusesId: true,
    luck: { ...calm, homeLosses: 1 },
    rules: shipped,
  },
  {
    name: "two orchestrators alone; home and standby lost, every operator's word",
    orders: 1,
    runs: 2,
    hasProcessors: false,
    hasClosers: false,
    reusesId: false,
    luck: {
      homeLosses: 1,
      standbyLosses: 1,
      falseSigns: 0,
      failbacks: 1,
      failoversHome: 1,
      failoversStandby: 1,
    },
    rules: shipped,
  },
];

/** A removed rule, and a small scene in which its absence shows. */
export interface Weakening {
  name: string;
  rule: keyof Rules;
  scene: Scene;
}

/** Scenes small enough for a test to explore completely, with the rule and without it. */
const threads: Scene = {
  name: "processors and closers; home lost",
  orders: 1,
  runs: 1,
  hasProcessors: true,
  hasClosers: true,
  reusesId: false,
  luck: { ...calm, homeLosses: 1 },
  rules: shipped,
};
const usedAgain: Scene = {
  ...threads,
  name: "processors, closers that delete, an id used again; nothing lost",
  orders: 2,
  reusesId: true,
  luck: calm,
};
const cameHome: Scene = {
  ...threads,
  name: "processors; false signs, operator fails over home",
  hasClosers: false,
  luck: { ...calm, falseSigns: 1, failoversHome: 1 },
};
const changedMind: Scene = {
  ...cameHome,
  name: "two orchestrators; false signs, operator fails over home",
  runs: 2,
  hasProcessors: false,
};
const outAndBack: Scene = {
  ...changedMind,
  name: "two orchestrators; false signs, failback",
  luck: { ...calm, falseSigns: 1, failbacks: 1 },
};

export const weakenings: readonly Weakening[] = [
  { name: "a closer that does not test the epoch", rule: "closerTestsEpoch", scene: threads },
  {
    name: "a control item that forgets its target",
    rule: "controlRemembersTarget",
    scene: outAndBack,
  },
  { name: "an insert without `for share`", rule: "statementHoldsRight", scene: cameHome },
  {
    name: "an RDS call without a fresh read",
    rule: "readsAgainBeforeCall",
    scene: changedMind,
  },
  {
    name: "an activation that may lower the epoch",
    rule: "raisesOnlyUpward",
    scene: outAndBack,
  },
  {
    name: "a writer that counts as such while a promotion leads away from it",
    rule: "knowsLeavingWriter",
    scene: changedMind,
  },
  {
    name: "RDS asked in a region that the control item does not name",
    rule: "asksNamedRegion",
    scene: changedMind,
  },
  {
    name: "a closer that compares ids alone",
    rule: "closerComparesOrders",
    scene: usedAgain,
  },
  {
    name: "a delete that does not test whether the order is closed",
    rule: "deletesClosedOnly",
    scene: usedAgain,
  },
  {
    name: "a processor that takes a missing row for another order's",
    rule: "sparesMissingRow",
    scene: cameHome,
  },
];

/** The weakening's scene without its rule. */
export function weakened({ rule, scene }: Weakening): Scene {
  return { ...scene, rules: { ...scene.rules, [rule]: false } };
}
