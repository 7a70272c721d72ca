import { Signer } from "@aws-sdk/rds-signer";
import { APPLICATION_USER } from "../orders/migrations";
import { sqlWith } from "./sql";

const POSTGRES_PORT = 5432;

/**
 * Signs in with an IAM token. It is signed locally, without a call, and valid for 15 minutes (Aurora User
 * Guide: IAM database authentication).
 */
export const sql = sqlWith(async ({ endpoint }) => ({
  user: APPLICATION_USER,
  password: await new Signer({
    hostname: endpoint,
    port: POSTGRES_PORT,
    username: APPLICATION_USER,
  }).getAuthToken(),
}));
