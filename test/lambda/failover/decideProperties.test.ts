import * as fc from "fast-check";
import type { Control } from "../../../lambda/control/control";
import { decide, type Action, type Observation } from "../../../lambda/failover/decide";
import {
  anyEvidence,
  anyObservation,
  anyTrouble,
  HOME,
  NOW_MS,
  ready,
  runs,
  STANDBY,
} from "../../helpers/observations";

describe("for any observation", () => {
  const always = (name: string, property: (observation: Observation, action: Action) => void) =>
    test(name, () => {
      fc.assert(
        fc.property(fc.oneof(anyObservation, anyTrouble), (observation) =>
          property(observation, decide(observation, NOW_MS)),
        ),
        runs(1_000),
      );
    });
  const controlOf = (observation: Observation) => observation.control as Control;

  always("the same look at the same moment gives the same action", (observation, action) => {
    expect(decide(structuredClone(observation), NOW_MS)).toEqual(action);
  });

  always("an unknown control item moves nothing", (observation) => {
    expect(decide({ ...observation, control: "unknown" }, NOW_MS).do).toBe("nothing");
  });

  always("only the tick creates, and only what is absent or malformed", (observation, action) => {
    const { control, isTick } = observation;
    const mayCreate = (control === "absent" || control === "malformed") && isTick;
    if (action.do === "create") expect(mayCreate).toBe(true);
  });

  always("no fence goes where we are or already go in that way", (observation, action) => {
    if (action.do !== "fence") return;
    const { active, target, how } = controlOf(observation);
    expect(action.target).not.toBe(active);
    if (action.target === target) {
      expect([how, action.how]).not.toEqual([how, how]);
      expect(how).not.toBe("failover");
    }
  });

  always("an operator's fence is what was asked for", (observation, action) => {
    if (action.do !== "fence" || action.isAutomatic) return;
    const { command } = observation;
    const asked =
      command?.action === "failover"
        ? { target: command.to, how: "failover" }
        : { target: HOME, how: "switchover" };
    expect(action).toMatchObject(asked);
    expect(["failover", "failback"]).toContain(command?.action);
  });

  always(
    "an RDS call is the one the control item asks for, in the right region",
    (observation, action) => {
      if (action.do !== "promote") return;
      const { target, how } = controlOf(observation);
      expect(action).toMatchObject({ target, how });
      expect(how).not.toBe("start");
      expect(action.callIn === action.target).toBe(how === "failover");
      expect(observation.target).toMatchObject({ isWriter: false, isPromoting: false });
    },
  );

  always("only a known writer that is the target is activated", (observation, action) => {
    if (action.do !== "activate") return;
    expect(observation.target).toMatchObject({ isWriter: true });
    expect(action.target).toBe(controlOf(observation).target);
  });

  always("a known unready region is never fenced for", (observation, action) => {
    if (action.do !== "fence" || observation.target === "unknown") return;
    expect(observation.target.isReady).not.toBe(false);
  });

  always("under a target, without a command, nobody needs to know who is ready", (observation) => {
    const { target, control } = observation;
    if (target === "unknown" || typeof control === "string" || control.target === null) return;
    const knowing = (isReady: boolean | null) =>
      decide({ ...observation, command: null, target: { ...target, isReady } }, NOW_MS);
    expect(knowing(false)).toEqual(knowing(true));
    expect(knowing(null)).toEqual(knowing(true));
  });

  always("the sweep of this epoch comes before its notice", (observation, action) => {
    if (action.do !== "sweep" && action.do !== "notify") return;
    const { epoch, notifiedEpoch, active } = controlOf(observation);
    expect(notifiedEpoch).toBeLessThan(epoch);
    expect(active).not.toBeNull();
    expect(action.do === "notify").toBe(observation.memory.sweptEpoch === epoch);
  });

  always("re-pointing: the standby active, everyone told, once per run", (observation, action) => {
    if (action.do !== "repoint") return;
    const { active, epoch, notifiedEpoch, repointedEpoch } = controlOf(observation);
    expect(active).toBe(STANDBY);
    expect(notifiedEpoch).toBe(epoch);
    expect(repointedEpoch).toBeLessThan(epoch);
    expect(observation.memory.repointTriedEpoch).toBeLessThan(epoch);
  });

  test("evidence does not matter during a takeover", () => {
    fc.assert(
      fc.property(anyObservation, anyEvidence, (observation, evidence) => {
        fc.pre(typeof observation.control === "object" && observation.control.target !== null);
        expect(decide({ ...observation, evidence }, NOW_MS)).toEqual(decide(observation, NOW_MS));
      }),
      runs(1_000),
    );
  });

  test("an unknown target adds no fence, and during a takeover the action is to wait", () => {
    fc.assert(
      fc.property(anyObservation, (observation) => {
        const action = decide({ ...observation, target: "unknown" }, NOW_MS);
        const asReady = decide({ ...observation, target: ready }, NOW_MS);
        if (action.do === "fence") expect(asReady).toEqual(action);
        if (["promote", "activate"].includes(action.do)) throw new Error("acts on the unknown");
      }),
      runs(1_000),
    );
  });
});
