import * as fc from "fast-check";
import { fenced } from "../../../lambda/control/control";
import { INSERT_ORDERS, RAISE_EPOCH, SEE_ORDERS } from "../../../lambda/orders/database";
import {
  isActiveAfter,
  isWaiting,
  latchIsSet,
  mayClose,
  maySettle,
  raisesEpoch,
} from "../../../lambda/control/rules";
import {
  anyControl,
  controlWith,
  HOME,
  NOW_MS,
  runs,
  STANDBY,
  under,
} from "../../helpers/observations";

const atHome = controlWith({ epoch: 3 });
const atStandby = controlWith({ epoch: 3, active: STANDBY });
const toHome = under(HOME, "switchover", { epoch: 3 });
const toStandby = under(STANDBY, "failover", { epoch: 3 });

test.each([
  [true, atHome, HOME],
  [false, atHome, STANDBY],
  [true, atStandby, STANDBY],
  [false, toHome, HOME],
  [false, toHome, STANDBY],
])("may settle: %p for %j in %s", (expected, control, region) => {
  expect(maySettle(control, region)).toBe(expected);
});

test.each([
  [false, 3],
  [true, 2],
  [true, undefined],
  [true, 4],
])("waiting in epoch 3: %p for an order settled under %p", (expected, settledEpoch) => {
  expect(isWaiting(settledEpoch, atHome)).toBe(expected);
});

test.each([
  [true, atHome, STANDBY, 3],
  [false, atHome, HOME, 3],
  [true, atStandby, HOME, 3],
  [false, atHome, STANDBY, 2],
  [false, atHome, STANDBY, 4],
  [false, atHome, STANDBY, null],
  [false, toHome, STANDBY, 3],
  [false, toStandby, HOME, 3],
])("may close: %p for %j in %s, its database at %p", (expected, control, region, localEpoch) => {
  expect(mayClose(control, region, localEpoch)).toBe(expected);
});

test.each([
  [true, 0, 1],
  [true, 1, 3],
  [false, 3, 3],
  [false, 4, 3],
  [true, 3, 1_000_003],
  [false, 3, 1_000_004],
])("raises: %p from %d to %d", (expected, writerEpoch, epoch) => {
  expect(raisesEpoch(writerEpoch, epoch)).toBe(expected);
});

test.each([
  [false, atHome],
  [true, atStandby],
  [false, toHome],
  [true, toStandby],
  [false, controlWith({ active: null, target: null })],
])("the latch is set: %p for %j", (expected, control) => {
  expect(latchIsSet(control, STANDBY)).toBe(expected);
});

test.each([
  [true, atHome, HOME, 0],
  [true, atHome, HOME, 2],
  [false, atHome, HOME, 3],
  [false, atHome, STANDBY, 0],
  [true, toHome, HOME, 0],
  [false, toHome, STANDBY, 0],
  [false, toStandby, HOME, 0],
])("active after: %p for %j in %s after %d", (expected, control, region, epoch) => {
  expect(isActiveAfter(control, region, epoch)).toBe(expected);
});

describe("for any control item", () => {
  const region = fc.constantFrom(HOME, STANDBY);
  const epoch = fc.integer({ min: 0, max: 5 });

  test("no region may both settle and close, and at most one may settle", () => {
    fc.assert(
      fc.property(anyControl, region, epoch, (control, one, local) => {
        expect(maySettle(control, one) && mayClose(control, one, local)).toBe(false);
        expect(maySettle(control, HOME) && maySettle(control, STANDBY)).toBe(false);
      }),
      runs(1_000),
    );
  });

  test("after a fence every order waits and no region settles or closes", () => {
    fc.assert(
      fc.property(anyControl, region, epoch, (control, target, settledEpoch) => {
        fc.pre(settledEpoch <= control.epoch);
        const next = fenced(control, target, "failover", "", NOW_MS);
        expect(isWaiting(settledEpoch, next)).toBe(true);
        for (const one of [HOME, STANDBY]) {
          expect(maySettle(next, one)).toBe(false);
          expect(mayClose(next, one, next.epoch)).toBe(false);
        }
        expect(latchIsSet(next, STANDBY)).toBe(target === STANDBY);
      }),
      runs(1_000),
    );
  });
});

describe("the rules that are written in SQL", () => {
  test("an insert locks the epoch until it commits", () => {
    expect(INSERT_ORDERS).toMatch(
      /held as materialized \(\s*select epoch from writer_epoch where epoch = \$1::integer for share\s*\)/,
    );
    expect(INSERT_ORDERS).toMatch(/from batch cross join held/);
  });

  test("an update raises the epoch and never lowers it, as raisesEpoch does", () => {
    expect(RAISE_EPOCH.trim().replaceAll("\n", " ")).toBe(
      "update writer_epoch set epoch = $1::integer " +
        "where epoch < $1::integer and epoch >= $1::integer - 1000000",
    );
  });

  test("the epoch and the rows are read in one statement", () => {
    expect(SEE_ORDERS.match(/;/g)).toBeNull();
    expect(SEE_ORDERS).toMatch(
      /select epoch from writer_epoch[\s\S]*jsonb_object_agg[\s\S]*from orders/,
    );
  });
});
