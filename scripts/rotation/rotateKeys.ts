import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { readOwnKeys } from "../../lambda/auth/keys";
import { KEY_REFRESH_SECONDS } from "../../lambda/auth/tunables";
import { type Clock, sleep } from "../../lambda/runtime/clock";
import { type StoredKey, isPrepared, kidAt, promoted, withNewKey } from "./tokenKeys";

/** Every function has read a new key by then, and the replica has it. */
export const DISTRIBUTION_SECONDS = KEY_REFRESH_SECONDS + 100;

export interface KeyPorts {
  secrets: Pick<SecretsManagerClient, "send">;
  clock: Clock;
  say: (line: string) => void;
  randomText: () => string;
}

export interface KeyRotation {
  readonly secretArn: string;
  /** How long a token is valid at most: so long does a key verify that no longer signs. */
  readonly lifetimeHours: number;
  /** A key has leaked: no old key verifies any more. */
  readonly leaked: boolean;
}

/**
 * Rotates the keys of tokens: the new key verifies everywhere before it signs anywhere. Continues a
 * rotation that was interrupted.
 */
export async function rotateKeys(ports: KeyPorts, rotation: KeyRotation): Promise<void> {
  const { clock, say } = ports;
  const { secretArn, lifetimeHours, leaked } = rotation;
  const before = await readKeys(ports, secretArn);
  const created = { kid: kidAt(clock.nowMs()), key: ports.randomText() };
  if (leaked) {
    await writeKeys(ports, secretArn, [created]);
    return say(`${created.kid} signs and is the only key; old tokens are refused within minutes`);
  }
  const lifetimeMs = lifetimeHours * 3600 * 1000;
  const next = isPrepared(before) ? before : withNewKey(before, created, lifetimeMs, clock.nowMs());
  if (next !== before) await writeKeys(ports, secretArn, next);
  say(`${next[1]!.kid} verifies; it signs in ${DISTRIBUTION_SECONDS} s`);
  await sleep(clock, DISTRIBUTION_SECONDS * 1000);
  const now = await readKeys(ports, secretArn);
  if (JSON.stringify(now) !== JSON.stringify(next)) {
    throw new Error("rotate: somebody else changed the keys in the meantime; look at them first");
  }
  await writeKeys(ports, secretArn, promoted(next));
  say(`${next[1]!.kid} signs; older keys verify until their tokens have expired`);
}

async function readKeys({ secrets }: KeyPorts, SecretId: string): Promise<readonly StoredKey[]> {
  const { SecretString: text = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  readOwnKeys(text);
  return (JSON.parse(text) as { keys: StoredKey[] }).keys;
}

async function writeKeys(
  { secrets }: KeyPorts,
  SecretId: string,
  keys: readonly StoredKey[],
): Promise<void> {
  const SecretString = JSON.stringify({ keys });
  readOwnKeys(SecretString);
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
}
