import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PROBE_TIMEOUT_MS } from "../detection/tunables";
import { variable } from "../runtime/env";
import { clientOptions } from "./clients";

const secrets = new SecretsManagerClient(clientOptions);

/** Reads the secret that an environment variable names, in this region. */
export async function secretText(variableName: string): Promise<string | undefined> {
  const answer = await secrets.send(
    new GetSecretValueCommand({ SecretId: variable(process.env, variableName) }),
    { abortSignal: AbortSignal.timeout(PROBE_TIMEOUT_MS) },
  );
  return answer.SecretString;
}
