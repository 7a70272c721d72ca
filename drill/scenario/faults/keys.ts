import type { RequestAnswer } from "../../world/hooks";
import type { KeyOwner } from "../../world/keyRing";
import { INTERNET } from "../../world/network";
import { type FaultKind, fault } from "./fault";

const owners: readonly KeyOwner[] = ["clients", "canaries"];

/** What a source of keys must not answer. No answer has keys of the right form that are wrong. */
const nonsense: readonly RequestAnswer[] = [
  { status: 500, body: "" },
  { status: 302, body: "" },
  { status: 200, body: "" },
  { status: 200, body: "<html></html>" },
  { status: 200, body: "null" },
  { status: 200, body: "{}" },
  { status: 200, body: '{"keys":[]}' },
  { status: 200, body: '{"keys":[{}]}' },
  { status: 200, body: '{"keys":[{"kid":"a","key":"short","kty":"RSA","n":"AQAB","e":"AQAB"}]}' },
];

/** Functions that have no keys cannot read them; the others continue with those they have. */
export const keysAway: FaultKind = {
  name: "keys away",
  lasts: [200, 420],
  draw: (stream) => {
    const owner = stream.pick(owners);
    const answer = stream.pick<RequestAnswer>(["hang", stream.pick(nonsense)]);
    const said =
      answer === "hang"
        ? "does not answer"
        : `answers ${"status" in answer ? `${answer.status} ${JSON.stringify(answer.body)}` : ""}`;
    return fault(
      {
        name: "keys away",
        description: `the source of the ${owner}' keys ${said}`,
        failover: "must not",
      },
      ({ world }) => [world.base.hooks.keys.add((asked) => (asked === owner ? answer : undefined))],
    );
  },
};

/** Still within the time that readers of keys wait. */
export const keysSlow: FaultKind = {
  name: "keys slow",
  lasts: [300, 420],
  draw: (stream) => {
    const seconds = stream.between(0.5, 2);
    return fault(
      {
        name: "keys slow",
        description: `all sources of keys answer ${seconds.toFixed(1)} s late`,
        failover: "must not",
      },
      ({ world }) => [world.base.hooks.keys.add(() => ({ delayMs: seconds * 1000 }))],
    );
  },
};

/** A new key is published, and signs some time later. */
export const keysRotated: FaultKind = {
  name: "keys rotated",
  lasts: [20, 400],
  draw: (stream) => {
    const owner = stream.pick(owners);
    return fault(
      {
        name: "keys rotated",
        description: `a new key of the ${owner} is published, and signs from the end on`,
        failover: "must not",
      },
      ({ world }) => {
        const ring = world.keys.ringOf(owner);
        ring.publish();
        return [() => ring.promote()];
      },
    );
  },
};

/** Strangers send tokens that look like clients'. Each is new, so no verdict on it is cached. */
export const junkTokens: FaultKind = {
  name: "junk tokens",
  lasts: [60, 120],
  draw: (stream) => {
    const everyMs = stream.integer(150, 600);
    return fault(
      {
        name: "junk tokens",
        description: `every ${everyMs} ms a stranger's token reaches home's API`,
        failover: "must not",
      },
      ({ world, region }) => {
        const api = world.base.program.apis.find(
          (each) =>
            each.region === region("home") &&
            each.routes.some(({ path, method }) => path === "/orders" && method === "POST"),
        );
        const url = `https://${api!.host}/${api!.stage}/orders/6a2f41a3-c54c-4ac8-9b1f-0c2f5b6f1a77`;
        let sent = 0;
        let isOver = false;
        const send = (): void => {
          if (isOver) return;
          const headers = { Authorization: `Bearer ${world.keys.junkToken(++sent)}` };
          world.apis.request(INTERNET, { method: "GET", url, headers }, () => undefined);
          world.base.simulation.after(everyMs, send);
        };
        send();
        return [() => (isOver = true)];
      },
    );
  },
};
