import * as fc from "fast-check";
import {
  activated,
  disarmed,
  fenced,
  firstControl,
  notified,
  reactivated,
  refenced,
  repointed,
  type Control,
} from "../../../lambda/control/control";
import { raisesEpoch } from "../../../lambda/control/rules";
import { EPOCH_JUMP, EPOCH_STEP_MAX } from "../../../lambda/control/tunables";
import { decide, type Action, type Observation } from "../../../lambda/failover/decide";
import { anyObservation, HOME, NOW_MS, runs, STANDBY } from "../../helpers/observations";

const first = firstControl(HOME, 0, "the control item is absent", NOW_MS);

test("the first control item has a target and is not active", () => {
  expect(first).toEqual({
    version: 1,
    epoch: 1,
    active: null,
    target: HOME,
    how: "start",
    sinceMs: NOW_MS,
    disarmedUntilMs: 0,
    notifiedEpoch: 0,
    repointedEpoch: 0,
    newestRowAtMs: null,
    reason: "the control item is absent",
  });
});

describe("a transition increases the version by one and changes its own fields", () => {
  const active = activated(first, null, NOW_MS + 1);

  test.each<[string, Control, Control, Partial<Control>]>([
    [
      "activated",
      activated(first, 5, NOW_MS + 1),
      first,
      { active: HOME, target: null, sinceMs: NOW_MS + 1, newestRowAtMs: 5 },
    ],
    [
      "fenced",
      fenced(active, STANDBY, "failover", "home lost", NOW_MS + 2),
      active,
      {
        epoch: 2,
        active: null,
        target: STANDBY,
        how: "failover",
        reason: "home lost",
        sinceMs: NOW_MS + 2,
      },
    ],
    [
      "refenced",
      refenced({ ...first, notifiedEpoch: 9 }, 5, NOW_MS + 2),
      { ...first, notifiedEpoch: 9 },
      {
        epoch: 5 + EPOCH_JUMP,
        notifiedEpoch: 5,
        sinceMs: NOW_MS + 2,
        reason: "the control item is absent; the control item had epoch 1, the database 5",
      },
    ],
    [
      "activated again",
      reactivated({ ...active, epoch: 9 }, 5, NOW_MS + 2),
      { ...active, epoch: 9 },
      {
        epoch: 9 + EPOCH_JUMP,
        active: null,
        target: HOME,
        how: "start",
        sinceMs: NOW_MS + 2,
        reason: "the control item is absent; the control item had epoch 9, the database 5",
      },
    ],
    ["notified", notified(active), active, { notifiedEpoch: 1 }],
    ["repointed", repointed(active), active, { repointedEpoch: 1 }],
    ["disarmed", disarmed(active, NOW_MS + 9), active, { disarmedUntilMs: NOW_MS + 9 }],
  ])("%s", (_name, after, before, changes) => {
    expect(after).toEqual({ ...before, version: before.version + 1, ...changes });
  });

  test.each([
    ["behind", 1, 7, 7],
    ["ahead", 7, 1, 7],
    ["out of the database's reach", EPOCH_STEP_MAX, 1, 1],
  ])("an epoch that is %s is replaced by one that no order has", (_, epoch, database, above) => {
    const next = reactivated({ ...active, epoch }, database, NOW_MS);
    expect(next.epoch).toBe(above + EPOCH_JUMP);
    expect(raisesEpoch(database, next.epoch)).toBe(true);
  });

  test("does not modify the previous control item", () => {
    const frozen = Object.freeze({ ...first });
    fenced(frozen, STANDBY, "failover", "", NOW_MS);
    activated(frozen, null, NOW_MS);
    notified(frozen);
    repointed(frozen);
    disarmed(frozen, 1);
    expect(frozen).toEqual(first);
  });
});

/** The write that an action leads to, as the orchestrator does it; null when there is none. */
function writtenBy(action: Action, control: Observation["control"]): Control | null {
  if (action.do === "create") return firstControl(action.target, 0, action.because, NOW_MS);
  if (typeof control === "string") return null;
  switch (action.do) {
    case "fence":
      return fenced(control, action.target, action.how, action.because, NOW_MS);
    case "reactivate":
      return reactivated(control, action.databaseEpoch, NOW_MS);
    case "activate":
      return activated(control, null, NOW_MS);
    case "notify":
      return notified(control);
    case "repoint":
      return repointed(control);
    case "disarm":
      return disarmed(control, action.untilMs);
    default:
      return null;
  }
}

test("in any sequence of writes the version increases, and the epoch increases with a fence only", () => {
  const seen = { fence: 0, reactivate: 0, activate: 0, notify: 0, repoint: 0, disarm: 0 };
  fc.assert(
    fc.property(fc.array(anyObservation, { minLength: 30, maxLength: 60 }), (observations) => {
      let control: Control = first;
      for (const observation of observations) {
        const looked = typeof observation.control === "string" ? observation.control : control;
        const action = decide({ ...observation, control: looked }, NOW_MS);
        const next = writtenBy(action, looked);
        if (next === null || action.do === "create") continue;
        const isFence = action.do === "fence";
        expect(next.version).toBe(control.version + 1);
        if (action.do === "reactivate") {
          expect(next.epoch).toBe(Math.max(control.epoch, action.databaseEpoch) + EPOCH_JUMP);
          expect(next.target).toBe(control.active);
        } else expect(next.epoch).toBe(control.epoch + (isFence ? 1 : 0));
        expect(next.active === null).toBe(next.target !== null);
        if (action.do === "activate") expect(next.active).toBe(control.target);
        if (action.do !== "reactivate") {
          expect(next.notifiedEpoch).toBeGreaterThanOrEqual(control.notifiedEpoch);
          expect(next.repointedEpoch).toBeGreaterThanOrEqual(control.repointedEpoch);
        }
        expect(Math.max(next.notifiedEpoch, next.repointedEpoch)).toBeLessThanOrEqual(next.epoch);
        seen[action.do as keyof typeof seen]++;
        control = next;
      }
    }),
    runs(100),
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThanOrEqual(2);
});
