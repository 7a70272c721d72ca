import { KEY_RETRY_SECONDS } from "../../shipped";
import type { APIGatewayAuthorizerResult } from "aws-lambda";
import type { Environment, Outcome } from "../../world/environment";
import type { Watcher } from "./watcher";

type Result = "allowed" | "denied" | "failed";

function resultOf(outcome: Outcome): Result {
  if (outcome.how !== "returned") return "failed";
  const { policyDocument } = outcome.result as APIGatewayAuthorizerResult;
  return policyDocument.Statement.some(({ Effect }) => Effect === "Deny") ? "denied" : "allowed";
}

const signatureOf = (token: string): string => token.slice(token.lastIndexOf(".") + 1);

/** Whatever the source of keys answers later. */
export const goodTokensPass: Watcher = {
  name: "an authorizer allows good tokens whose key it has read, and no others",
  kinds: ["keys read", "token checked"],
  watch: ({ world }) => {
    const read = new WeakMap<Environment, Set<string>>();
    return (happening) => {
      if (happening.kind === "keys read") {
        const { by, signatures } = happening;
        read.set(by, new Set([...(read.get(by) ?? []), ...signatures]));
      }
      if (happening.kind !== "token checked" || happening.by === undefined) return undefined;
      const { token, outcome, by } = happening;
      if (outcome.how !== "returned" && outcome.isUnplayed === true) return undefined;
      const result = resultOf(outcome);
      const isKnown = read.get(by)?.has(signatureOf(token)) === true;
      const isGood = world.keys.isGood(token);
      if (!isGood && result === "allowed") return "a token that no published key has signed";
      return isGood && isKnown && result !== "allowed" ? `a good token was ${result}` : undefined;
    };
  },
};

/** Otherwise tokens of strangers could make every invocation wait for keys. */
export const keysAreReadRarely: Watcher = {
  name: `an environment reads keys at most every ${KEY_RETRY_SECONDS} s`,
  kinds: ["keys asked"],
  watch: ({ world: { base } }) => {
    const askedMs = new WeakMap<Environment, Map<string, number>>();
    return (happening) => {
      if (happening.kind !== "keys asked") return undefined;
      const { by, owner } = happening;
      const known = askedMs.get(by) ?? new Map<string, number>();
      askedMs.set(by, known);
      const sinceMs = base.nowMs - (known.get(owner) ?? -Infinity);
      known.set(owner, base.nowMs);
      if (sinceMs >= KEY_RETRY_SECONDS * 1000) return undefined;
      return `${by.description.name} read those of ${owner} ${sinceMs.toFixed(0)} ms after the last time`;
    };
  },
};
