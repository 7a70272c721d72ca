import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { createLog } from "../runtime/log";
import type { CanaryToken, Runtime, VerifyToken } from "../runtime/runtime";
import { keySetUrl } from "./keySetUrl";
import { canaryTokens, type CanaryTokenSources, tokenVerifier, type TokenSources } from "./tokens";
import { KEYS_TIMEOUT_MS } from "./tunables";

/** What the platform's own keys are read with. */
export interface SecretReader extends Pick<Runtime, "env" | "clock" | "write"> {
  /** The text of a secret in this region. */
  secretText: (arn: string, signal: AbortSignal) => Promise<string | undefined>;
}

/**
 * Verifies clients' tokens with the key set of the provider in AUTH_ISSUER. Without a provider, the
 * platform's own keys verify them.
 */
export function verifierOf(runtime: SecretReader & Pick<Runtime, "http">): VerifyToken {
  const { env, clock } = runtime;
  const issuer = env["AUTH_ISSUER"] ?? "";
  const sources: TokenSources = {
    ...canarySources(runtime),
    clientKeys: () => textOf(runtime, "TOKEN_SECRET_ARN"),
    keySet: () =>
      within(clock, KEYS_TIMEOUT_MS, "the provider's key set", (signal) =>
        runtime.http({ method: "GET", url: keySetUrl(issuer) }, signal),
      ),
  };
  const provider = issuer === "" ? null : { issuer, audience: variable(env, "AUTH_AUDIENCE") };
  return tokenVerifier(sources, provider);
}

/** Signs tokens for the canary account with the canaries' keys. */
export function canarySignerOf(runtime: SecretReader): CanaryToken {
  return canaryTokens(canarySources(runtime));
}

function canarySources(runtime: SecretReader): CanaryTokenSources {
  return {
    nowMs: () => runtime.clock.nowMs(),
    log: createLog(runtime, "tokens"),
    canaryKeys: () => textOf(runtime, "CANARY_SECRET_ARN"),
  };
}

/** @param variableName of the environment variable that names the secret. */
function textOf(runtime: SecretReader, variableName: string): Promise<string | undefined> {
  const arn = variable(runtime.env, variableName);
  return within(runtime.clock, KEYS_TIMEOUT_MS, `the secret of ${variableName}`, (signal) =>
    runtime.secretText(arn, signal),
  );
}
