import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { isAccountId } from "../lambda/auth/accounts";
import { readOwnKeys } from "../lambda/auth/keys";
import { signToken } from "../lambda/auth/tokens";
import { CANARY_ACCOUNT, OWN_ISSUER } from "../lambda/auth/tunables";
import { type Cli, cli, runAsScript, say } from "./cli";
import { outputsOf, regionOf } from "./stacks";

/** Long enough to try the API by hand, short enough to leave in a shell's history. */
const VALID_SECONDS = 3600;

export interface TokenPorts {
  cli: Cli;
  secrets: (region: string) => Pick<SecretsManagerClient, "send">;
  nowMs: () => number;
}

/**
 * A bearer token for an account, signed with the first of the platform's own keys.
 * @throws Error for an account that no client may have, a stack without the secret, or a secret without keys.
 */
export async function createToken(
  ports: TokenPorts,
  stack: string,
  account: string,
): Promise<string> {
  if (!isAccountId(account) || account === CANARY_ACCOUNT) {
    const allowed = `1 to 64 letters, digits, _ and -, not "${CANARY_ACCOUNT}" and not "sub-..."`;
    throw new Error(`token: got the account "${account}"; allowed are ${allowed}`);
  }
  const secretArn = outputsOf(ports.cli, stack)["tokenSecretArn"];
  if (typeof secretArn !== "string") {
    throw new Error(`token: ${stack} has no output tokenSecretArn; run \`pulumi up\` first`);
  }
  const secret = await ports
    .secrets(regionOf(secretArn))
    .send(new GetSecretValueCommand({ SecretId: secretArn }));
  const [first] = readOwnKeys(secret.SecretString);
  return signToken(first!, OWN_ISSUER, account, VALID_SECONDS, ports.nowMs());
}

const tokenPorts: TokenPorts = {
  cli,
  secrets: (region) => new SecretsManagerClient({ region }),
  nowMs: () => Date.now(),
};

runAsScript(module, async ([stack, account, ...rest]) => {
  if (stack === undefined || account === undefined || rest.length > 0) {
    throw new Error("token: allowed are a stack and an account, like: dev account-1");
  }
  say(await createToken(tokenPorts, stack, account));
});
