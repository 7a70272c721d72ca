import {
  deadLetters,
  failbackLosesNothing,
  monotone,
  oneWriter,
} from "../../scenario/promises/writers";
import type { Happening } from "../../world/happenings";
import { HOME, STANDBY, atHome, fenced, tell, written } from "./scene";

const committed = (region: string, epoch: number, right = epoch): Happening =>
  ({ kind: "rows committed", region, right, rows: [{ epoch }] }) as unknown as Happening;

describe("one writer per epoch", () => {
  it("holds while each epoch has one region and each row the current right", () => {
    const story = [committed(HOME, 1), committed(HOME, 1), committed(STANDBY, 2)];
    expect(tell(oneWriter, story)).toEqual([undefined, undefined, undefined]);
  });

  it("is broken by a row under another right, and by an epoch in two regions", () => {
    expect(tell(oneWriter, [committed(HOME, 1, 2)])[0]).toMatch(
      /epoch 1 under the right of epoch 2/,
    );
    const two = tell(oneWriter, [committed(HOME, 1), committed(STANDBY, 1)]);
    expect(two).toEqual([undefined, `rows of epoch 1 in ${HOME} and in ${STANDBY}`]);
  });
});

it("the version grows by one, the epoch only at a fence", () => {
  const activated = { ...fenced, version: 6, active: STANDBY, target: null };
  const story = [written(atHome, fenced), written(fenced, activated)];
  expect(tell(monotone, story)).toEqual([undefined, undefined]);
  expect(tell(monotone, [written(fenced, { ...activated, version: 7 })])[0]).toMatch(/5 to 7/);
  expect(tell(monotone, [written(atHome, { ...fenced, active: HOME })])[0]).toMatch(/epoch 1 to 2/);
  expect(tell(monotone, [written(fenced, { ...atHome, version: 6 })])[0]).toMatch(/epoch 2 to 1/);
});

it("a switchover and an operator's failback lose no rows; a failover may", () => {
  const moved = (region: string): Happening => ({ kind: "writer moved", region, rowsLost: 3 });
  const called = (kind: "failover called" | "switchover called"): Happening => ({
    kind,
    region: HOME,
    promotionMs: 1,
  });
  const last = (...story: Happening[]) => tell(failbackLosesNothing, story).at(-1);
  expect(last(called("failover called"), moved(HOME))).toBeUndefined();
  expect(last(called("switchover called"), moved(HOME))).toMatch(/3 rows/);
  const back = (reason: string) => written(fenced, { ...fenced, target: HOME, reason });
  const failback = back("operator: failback");
  expect(last(failback, called("failover called"), moved(HOME))).toMatch(/3 rows/);
  expect(last(failback, called("failover called"), moved(STANDBY))).toBeUndefined();
  expect(last(failback, back("operator: failover"), moved(HOME))).toBeUndefined();
});

it("an order among the dead letters breaks the promise", () => {
  const dead = (orderId: string, queueName = "dead"): Happening => ({
    kind: "dead letter",
    queueName,
    body: `{"orderIds":["${orderId}"]}`,
  });
  const noHint: Happening = { kind: "dead letter", queueName: "dead", body: "no hint" };
  expect(tell(deadLetters, [noHint, dead("a", "other")])).toEqual([undefined, undefined]);
  expect(tell(deadLetters, [dead("a")])).toEqual(["order a, which is valid"]);
});
