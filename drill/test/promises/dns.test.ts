import { Stream } from "../../../support/simulation/random";
import type { Fault } from "../../scenario/faults";
import { apiLost, throttled } from "../../scenario/faults/apis";
import { noFlipBack, throttlesMoveNoName } from "../../scenario/promises/decisions";
import { scheduleOf } from "../../scenario/schedule";
import type { Happening } from "../../world/happenings";
import { HOME, STANDBY, atHome, fenced, scene, world, written } from "./scene";

const dns = (region: string): Happening => {
  world.dnsHost = region;
  return { kind: "dns", name: "orders", host: region };
};

it("DNS returns only when home is active, or once the standby is lost", () => {
  const see = noFlipBack.watch(scene());
  world.items["control"] = { active: STANDBY, target: null };
  expect(see(dns(STANDBY))).toBeUndefined();
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
  world.lost.add(STANDBY);
  expect(see(dns(HOME))).toBeUndefined();
  world.lost.clear();
  world.items["control"] = { active: null, target: HOME };
  expect(see(dns(HOME))).toBeUndefined();
});

it("DNS may return while the standby has no ledger, and shortly after", () => {
  const see = noFlipBack.watch(scene());
  world.items["control"] = { active: null, target: STANDBY };
  see(dns(STANDBY));
  see({ kind: "ledger blocked", region: STANDBY });
  expect(see(dns(HOME))).toBeUndefined();
  see({ kind: "ledger ready", region: STANDBY });
  world.base.nowMs += 19_999;
  expect(see(dns(HOME))).toBeUndefined();
  world.base.nowMs += 1;
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
});

it("DNS may still follow a superseded failback, for as long as its delay", () => {
  const see = noFlipBack.watch(scene());
  const calledHome = { ...fenced, epoch: 3, target: HOME };
  world.items["control"] = { active: null, target: STANDBY };
  see(written(atHome, fenced));
  see(dns(STANDBY));
  see(written(fenced, fenced));
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
  see(written(fenced, calledHome));
  see(written(calledHome, { ...fenced, epoch: 4 }));
  world.base.nowMs += 19_999;
  expect(see(dns(HOME))).toBeUndefined();
  see(written(fenced, calledHome));
  see(written(calledHome, { ...fenced, epoch: 4 }));
  world.base.nowMs += 20_000;
  expect(see(dns(HOME))).toMatch(`DNS went back to ${HOME}`);
});

it("DNS may follow a home that becomes healthy before the latch of a fence is known", () => {
  const backAfter = (ms: number): string | undefined => {
    const see = noFlipBack.watch(scene());
    world.items["control"] = { active: null, target: STANDBY };
    see(dns(STANDBY));
    see(written(atHome, fenced));
    world.base.nowMs += ms;
    return see(dns(HOME));
  };
  expect(backAfter(39_999)).toBeUndefined();
  expect(backAfter(40_000)).toMatch(`DNS went back to ${HOME}`);
});

it("DNS may leave home unless all that has begun is a throttle that refuses", () => {
  const flood = throttled.draw(new Stream("promises"));
  const told = (region: string, ...faults: Fault[]) => {
    const all = faults.map((fault) => ({ atSeconds: 0, forSeconds: 1, fault }));
    const see = throttlesMoveNoName.watch({ ...scene(), schedule: scheduleOf("1", all) });
    for (const { name } of faults) see({ kind: "fault begins", name });
    return see(dns(region));
  };
  world.items["control"] = atHome;
  expect(told(STANDBY, flood)).toBe(`DNS answers ${STANDBY}, ${HOME} is active`);
  expect(told(HOME, flood)).toBeUndefined();
  expect(told(STANDBY, flood, apiLost.draw(new Stream("promises")))).toBeUndefined();
  expect(told(STANDBY)).toBeUndefined();
  world.items["control"] = { ...atHome, active: null, target: STANDBY };
  expect(told(STANDBY, flood)).toBeUndefined();
});
