import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { isAccountId } from "../../lambda/auth/accounts";
import { readOwnKeys } from "../../lambda/auth/keys";
import { signToken } from "../../lambda/auth/tokens";
import { CANARY_ACCOUNT, CANARY_ISSUER, OWN_ISSUER } from "../../lambda/auth/tunables";
import { arnInRegion } from "../../lib/platform/naming";
import type { Deployment } from "./deployment";
import { DrError } from "./exit";
import type { Tools } from "./tools";

/** Long enough to try the API by hand, short enough to leave in a shell's history. */
const VALID_SECONDS = 3600;

/**
 * A bearer token for an account, signed with the first of the platform's own keys.
 * @param region whose copy of the keys is read.
 * @throws DrError for an account that no client may have.
 */
export async function clientToken(
  tools: Tools,
  deployment: Deployment,
  region: string,
  account: string,
): Promise<string> {
  if (!isAccountId(account) || account === CANARY_ACCOUNT) {
    const allowed = `1 to 64 letters, digits, _ and -, not "${CANARY_ACCOUNT}" and not "sub-..."`;
    throw new DrError(`dr: got the account "${account}"; allowed are ${allowed}`, "usage");
  }
  return sign(tools, deployment, region, { keys: "tokenKeys", issuer: OWN_ISSUER, account });
}

/** A token of the canaries, whose orders are deleted every day. */
export function canaryToken(tools: Tools, deployment: Deployment, region: string): Promise<string> {
  const signer = { keys: "canaryKeys", issuer: CANARY_ISSUER, account: CANARY_ACCOUNT };
  return sign(tools, deployment, region, signer);
}

async function sign(
  { aws, clock }: Tools,
  { secretArns }: Deployment,
  region: string,
  { keys, issuer, account }: { keys: string; issuer: string; account: string },
): Promise<string> {
  const SecretId = arnInRegion(secretArns[keys]!, region);
  const secret = await aws.secrets(region).send(new GetSecretValueCommand({ SecretId }));
  const [first] = readOwnKeys(secret.SecretString);
  if (first === undefined) throw new DrError(`dr: the secret ${SecretId} has no key`);
  return signToken(first, issuer, account, VALID_SECONDS, clock.nowMs());
}
