import * as fc from "fast-check";
import { cachedKeys } from "../../../lambda/auth/keyCache";
import {
  KEY_REFRESH_SECONDS,
  KEY_RETRY_SECONDS,
  KEYS_KEPT_SECONDS,
  UNKNOWN_KEY_REFRESH_SECONDS,
} from "../../../lambda/auth/tunables";
import { errorLog } from "../../helpers/logs";

/** A source of keys, here numbers, that can fail and answer late. */
function source() {
  const state = { nowMs: 0, isDown: false, reads: 0, takesMs: 0 };
  const log = errorLog();
  const keys = cachedKeys({ nowMs: () => state.nowMs, log }, async () => {
    const read = ++state.reads;
    await Promise.resolve();
    state.nowMs += state.takesMs;
    if (state.isDown) throw new Error(`down ${read}`);
    return read;
  });
  const passSeconds = (seconds: number) => void (state.nowMs += seconds * 1000);
  return { state, log, keys, passSeconds };
}

it("keys are read once per refresh, and earlier only if a token needs it", async () => {
  const { state, keys, passSeconds } = source();
  expect(await keys()).toBe(1);
  passSeconds(KEY_REFRESH_SECONDS - 1);
  expect(await keys()).toBe(1);
  expect(await keys(UNKNOWN_KEY_REFRESH_SECONDS)).toBe(2);
  expect(await keys(UNKNOWN_KEY_REFRESH_SECONDS)).toBe(2);
  passSeconds(KEY_REFRESH_SECONDS);
  expect(await keys()).toBe(3);
  expect(state.reads).toBe(3);
});

it("callers at the same time share one read", async () => {
  const { state, keys } = source();
  expect(await Promise.all([keys(), keys(), keys(0)])).toEqual([1, 1, 1]);
  expect(state.reads).toBe(1);
});

it("without keys a failed read is remembered, so that not every caller waits for the timeout", async () => {
  const { state, keys, passSeconds } = source();
  state.isDown = true;
  state.takesMs = 3000;
  await expect(keys()).rejects.toThrow("down 1");
  for (let i = 0; i < 3; i++) await expect(keys(0)).rejects.toThrow("down 1");
  expect(state.nowMs).toBe(3000);
  passSeconds(KEY_RETRY_SECONDS);
  state.isDown = false;
  expect(await keys()).toBe(2);
});

it("the last good keys are used for a day after reading began to fail, and each failure is logged", async () => {
  const { state, log, keys, passSeconds } = source();
  await keys();
  state.isDown = true;
  passSeconds(KEYS_KEPT_SECONDS);
  expect(await keys()).toBe(1);
  expect(await keys()).toBe(1);
  expect(state.reads).toBe(2);
  expect(log.errors).toEqual(["keys could not be read; the last ones are used"]);
  passSeconds(1);
  await expect(keys()).rejects.toThrow("down 2");
  passSeconds(KEY_RETRY_SECONDS);
  state.isDown = false;
  expect(await keys()).toBe(4 - 1);
});

it("no sequence of failures makes a caller lose keys that were read within a day, or read too often", async () => {
  const step = fc.record({
    seconds: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(100_000)),
    isDown: fc.boolean(),
    isUnknown: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { state, keys, passSeconds } = source();
      let goodMs = -Infinity;
      let readMs = -Infinity;
      for (const { seconds, isDown, isUnknown } of steps) {
        passSeconds(seconds);
        state.isDown = isDown;
        const before = state.reads;
        const found = await keys(isUnknown ? UNKNOWN_KEY_REFRESH_SECONDS : undefined).catch(
          () => 0,
        );
        if (state.reads > before) {
          expect(state.nowMs - readMs).toBeGreaterThanOrEqual(KEY_RETRY_SECONDS * 1000);
          readMs = state.nowMs;
          if (!isDown) goodMs = state.nowMs;
        }
        expect(found > 0).toBe(state.nowMs - goodMs <= KEYS_KEPT_SECONDS * 1000);
      }
    }),
  );
});
