import { goodTokensPass, keysAreReadRarely } from "../../scenario/promises/keys";
import type { Scene } from "../../scenario/promises/watcher";
import type { Environment, Outcome } from "../../world/environment";

const by = { description: { name: "authorizer" } } as Environment;
const verdict = (Effect: "Allow" | "Deny"): Outcome => ({
  how: "returned",
  result: { policyDocument: { Statement: [{ Effect }] } },
});
const failed: Outcome = { how: "failed", reason: "no keys" };

describe("good tokens", () => {
  /** What the promise says of a verdict on a token, before and after its key was read. */
  const seen = (outcome: Outcome, isGood = true) => {
    const world = { keys: { isGood: () => isGood } };
    const see = goodTokensPass.watch({ world } as unknown as Scene);
    const check = () => see({ kind: "token checked", token: "h.p.key-1", outcome, by });
    const before = check();
    see({ kind: "keys read", by, signatures: ["key-1"] });
    return [before, check()];
  };

  it("are allowed wherever their key was read", () => {
    expect(seen(verdict("Allow"))).toEqual([undefined, undefined]);
    expect(seen(verdict("Deny"))).toEqual([undefined, "a good token was denied"]);
    expect(seen(failed)).toEqual([undefined, "a good token was failed"]);
  });

  it("are the only ones that are allowed", () => {
    const allowed = "a token that no published key has signed";
    expect(seen(verdict("Allow"), false)).toEqual([allowed, allowed]);
    expect(seen(verdict("Deny"), false)).toEqual([undefined, undefined]);
  });
});

it("an environment that reads the same keys again within five seconds is reported", () => {
  const base = { nowMs: 0 };
  const see = keysAreReadRarely.watch({ world: { base } } as unknown as Scene);
  const readAt = (nowMs: number, owner: "clients" | "canaries", reader = by) => {
    base.nowMs = nowMs;
    return see({ kind: "keys asked", owner, by: reader });
  };
  expect(readAt(0, "clients")).toBeUndefined();
  expect(readAt(1, "canaries")).toBeUndefined();
  expect(readAt(2, "clients", { ...by } as Environment)).toBeUndefined();
  expect(readAt(5_000, "clients")).toBeUndefined();
  expect(readAt(9_999, "clients")).toBe(
    "authorizer read those of clients 4999 ms after the last time",
  );
});
