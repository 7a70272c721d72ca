import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { JSONWebKeySet } from "jose";
import { variable } from "../runtime/env";
import { createLog } from "../runtime/log";
import { keySetUrl } from "../auth/keySetUrl";
import { canaryTokens, tokenVerifier, type OwnKeys, type TokenSources } from "../auth/tokens";
import { PROBE_TIMEOUT_MS } from "../detection/tunables";
import { base } from "./base";
import { clientOptions } from "./clients";
import { http } from "./http";

const secrets = new SecretsManagerClient(clientOptions);
const issuer = process.env["AUTH_ISSUER"];

const sources: TokenSources = {
  nowMs: () => Date.now(),
  log: createLog(base, "tokens"),
  ownKeys: async () => {
    const answer = await secrets.send(
      new GetSecretValueCommand({ SecretId: variable(process.env, "TOKEN_SECRET_ARN") }),
      { abortSignal: AbortSignal.timeout(PROBE_TIMEOUT_MS) },
    );
    return JSON.parse(answer.SecretString ?? "{}") as OwnKeys;
  },
  keySet: async () => {
    const url = keySetUrl(issuer!);
    const answer = await http({ method: "GET", url }, AbortSignal.timeout(PROBE_TIMEOUT_MS));
    if (answer.status !== 200) {
      throw new Error(`${issuer} answered ${answer.status} for its key set`);
    }
    return JSON.parse(answer.body) as JSONWebKeySet;
  },
};

export const verifyToken = tokenVerifier(
  sources,
  issuer === undefined || issuer === ""
    ? null
    : { issuer, audience: variable(process.env, "AUTH_AUDIENCE") },
);

export const canaryToken = canaryTokens(sources);
