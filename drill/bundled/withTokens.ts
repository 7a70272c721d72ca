import { canarySignerOf, verifierOf } from "../../lambda/auth/keySources";
import type { CanaryToken, Runtime, VerifyToken } from "../../lambda/runtime/runtime";
import type { Handed, HandlerFactory } from "../world/environment";

type Create = (runtime: Runtime & Handed) => ReturnType<HandlerFactory>;

/** Adds to a handler's runtime what `lambda/entry` adds: it verifies and signs tokens. */
export function withTokens(create: Create): HandlerFactory {
  return (runtime) => {
    let verify: VerifyToken | undefined;
    let sign: CanaryToken | undefined;
    return create({
      ...runtime,
      verifyToken: (token) => (verify ??= verifierOf(runtime))(token),
      canaryToken: () => (sign ??= canarySignerOf(runtime))(),
    });
  };
}
