import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientOptions } from "./clients";

const secrets = new SecretsManagerClient(clientOptions);

/** Reads a secret in this region. */
export async function secretText(
  arn: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: arn }), { abortSignal });
  return answer.SecretString;
}
