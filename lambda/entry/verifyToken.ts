import { keySetUrl } from "../auth/keySetUrl";
import { tokenVerifier } from "../auth/tokens";
import { PROBE_TIMEOUT_MS } from "../detection/tunables";
import { variable } from "../runtime/env";
import { createLog } from "../runtime/log";
import { base } from "./base";
import { http } from "./http";
import { secretText } from "./secretText";

const issuer = process.env["AUTH_ISSUER"] ?? "";

export const verifyToken = tokenVerifier(
  {
    nowMs: () => base.clock.nowMs(),
    log: createLog(base, "tokens"),
    canaryKeys: () => secretText("CANARY_SECRET_ARN"),
    clientKeys: () => secretText("TOKEN_SECRET_ARN"),
    keySet: () =>
      http({ method: "GET", url: keySetUrl(issuer) }, AbortSignal.timeout(PROBE_TIMEOUT_MS)),
  },
  issuer === "" ? null : { issuer, audience: variable(process.env, "AUTH_AUDIENCE") },
);
