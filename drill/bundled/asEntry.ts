import { canarySignerOf, verifierOf } from "../../lambda/auth/keySources";
import type { CanaryToken, Runtime, VerifyToken } from "../../lambda/runtime/runtime";
import { sharedCalls } from "../../lambda/runtime/sharedCalls";
import type { Handed, HandlerFactory } from "../world/environment";

type Create = (runtime: Runtime & Handed) => ReturnType<HandlerFactory>;

/** Does what `lambda/entry` does around a handler: verifies and signs tokens, and shares lookups. */
export function asEntry(create: Create): HandlerFactory {
  return ({ shareLookups, ...runtime }) => {
    let verify: VerifyToken | undefined;
    let sign: CanaryToken | undefined;
    shareLookups(sharedCalls());
    return create({
      ...runtime,
      shareLookups,
      verifyToken: (token) => (verify ??= verifierOf(runtime))(token),
      canaryToken: () => (sign ??= canarySignerOf(runtime))(),
    });
  };
}
