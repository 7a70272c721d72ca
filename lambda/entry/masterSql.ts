import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { variable } from "../runtime/env";
import { clientOptions } from "./clients";
import { sqlWith } from "./sql";

const secrets = new SecretsManagerClient(clientOptions);

/** Signs in as the master user, with the secret of the function's own region. */
export const sql = sqlWith(async (_address, abortSignal) => {
  const answer = await secrets.send(
    new GetSecretValueCommand({ SecretId: variable(process.env, "DATABASE_SECRET_ARN") }),
    { abortSignal },
  );
  const { username, password } = JSON.parse(answer.SecretString ?? "{}") as {
    username: string;
    password: string;
  };
  return { user: username, password };
});
