import type { Happening } from "../../world/happenings";
import { START_MS } from "../../../support/simulation/simulation";
import {
  notFromStandby,
  onlyToTheReady,
  onlyWhenArmed,
  onlyWhereRight,
} from "../../scenario/promises/decisions";
import { HOME, STANDBY, atHome, fenced, scene, tell, world, written } from "./scene";

it("a fence breaks the promise unless a fault so far or an operator's command justifies it", () => {
  const fence = written(atHome, fenced);
  const begins = { kind: "fault begins", name: "API" } as const;
  const seen = `a fence to ${STANDBY}: home lost`;
  expect(tell(onlyWhereRight, [begins, fence])).toEqual([undefined, undefined]);
  expect(tell(onlyWhereRight, [fence, begins])).toEqual([seen, undefined]);
  expect(tell(onlyWhereRight, [fence], false)).toEqual([seen]);
  const asked = written(atHome, { ...fenced, reason: "operator: failover" });
  const told = (action: string): Happening => ({ kind: "operator", region: STANDBY, action });
  expect(tell(onlyWhereRight, [told("failover"), asked], false)).toEqual([undefined, undefined]);
  const unasked = `a fence to ${STANDBY}: operator: failover`;
  expect(tell(onlyWhereRight, [told("status"), asked], false)).toEqual([undefined, unasked]);
});

it("no automatic fence while disarmed, or before home has settled for five minutes", () => {
  const settledFor = (seconds: number, epoch = 1): void => {
    world.items[`progress#${HOME}`] = {
      epoch,
      firstAtMs: START_MS - seconds * 1000,
      lastAtMs: START_MS,
    };
  };
  const fence = (disarmedForMs = 0, reason = "home lost") => {
    const before = { ...atHome, disarmedUntilMs: START_MS + disarmedForMs };
    return tell(onlyWhenArmed, [written(before, { ...fenced, reason })])[0];
  };
  settledFor(300);
  expect(fence()).toBeUndefined();
  expect(fence(1)).toBe("a fence while disarmed");
  expect(fence(1, "operator: failover")).toBeUndefined();
  settledFor(299);
  expect(fence()).toBe("a fence when home had settled for 299 s in epoch 1");
  settledFor(300, 2);
  expect(fence()).toBe("a fence when home had settled for 0 s in epoch 1");
  world.items = {};
  expect(fence()).toMatch(/for 0 s/);
});

it("no automatic fence once the standby has been in maintenance for two slots", () => {
  const fenceAfter = (seconds: number, status: string, reason = "home lost") => {
    const see = onlyToTheReady.watch(scene());
    world.rds.busy.set(STANDBY, status);
    see({ kind: "dns", name: "orders", host: "" });
    world.base.nowMs += seconds * 1000;
    return see(written(atHome, { ...fenced, reason }));
  };
  expect(fenceAfter(20, "maintenance")).toBeUndefined();
  expect(fenceAfter(21, "maintenance")).toMatch("whose cluster is in maintenance");
  expect(fenceAfter(21, "maintenance", "operator: failover")).toBeUndefined();
  expect(fenceAfter(21, "backing-up")).toBeUndefined();
});

it("the two slots start anew with each maintenance", () => {
  const see = onlyToTheReady.watch(scene());
  const passes = () => see({ kind: "dns", name: "orders", host: "" });
  world.rds.busy.set(STANDBY, "maintenance");
  passes();
  world.base.nowMs += 21_000;
  world.rds.busy.delete(STANDBY);
  passes();
  world.rds.busy.set(STANDBY, "maintenance");
  expect(see(written(atHome, fenced))).toBeUndefined();
});

it("no automatic fence while the standby is active", () => {
  const before = { ...atHome, active: STANDBY };
  expect(tell(notFromStandby, [written(atHome, fenced)])).toEqual([undefined]);
  expect(tell(notFromStandby, [written(before, fenced)])[0]).toMatch(`a fence from ${STANDBY}`);
});
