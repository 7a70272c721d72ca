import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { variable } from "../runtime/env";
import { sqlWith } from "./sql";

const secrets = new SecretsManagerClient({});

/** Signs in as the master user, with the secret of the function's own region. */
export const sql = sqlWith(async () => {
  const answer = await secrets.send(
    new GetSecretValueCommand({ SecretId: variable(process.env, "DATABASE_SECRET_ARN") }),
  );
  const { username, password } = JSON.parse(answer.SecretString ?? "{}") as {
    username: string;
    password: string;
  };
  return { user: username, password };
});
