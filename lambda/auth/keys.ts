import { importJWK, type CryptoKey } from "jose";
import * as z from "zod/mini";
import type { HttpAnswer } from "../runtime/runtime";
import { KEYS_MAX } from "./tunables";

/** A key that verifies tokens. */
export interface Key {
  /** Tokens may name their key. Without an id the key is tried for every token. */
  kid: string | undefined;
  key: CryptoKey | Uint8Array;
}

/** One of the platform's own keys, which sign as well. */
export interface OwnKey extends Key {
  kid: string;
  key: Uint8Array;
}

/** HS256 needs a key that is at least as long as its hash (RFC 7518, section 3.2). */
const OWN_KEY_MIN_BYTES = 32;
/** RS256 needs a modulus of at least this size (RFC 7518, section 3.3). */
const MODULUS_MIN_BITS = 2048;
export const PROVIDER_ALGORITHM = "RS256";

const isLong = z.refine<string>((key) => Buffer.byteLength(key) >= OWN_KEY_MIN_BYTES);
const ownKeys = z.strictObject({
  keys: z
    .array(z.strictObject({ kid: z.string().check(z.minLength(1)), key: z.string().check(isLong) }))
    .check(z.minLength(1), z.maxLength(KEYS_MAX)),
});

const keySet = z.looseObject({
  keys: z
    .array(
      z.looseObject({
        kty: z.string(),
        kid: z.optional(z.string()),
        use: z.optional(z.string()),
        alg: z.optional(z.string()),
        key_ops: z.optional(z.array(z.string())),
      }),
    )
    .check(z.maxLength(KEYS_MAX)),
});
const base64url = z.string().check(z.regex(/^[A-Za-z0-9_-]+$/));
const modulusAndExponent = z.looseObject({ n: base64url, e: base64url });
type WebKey = z.output<typeof keySet>["keys"][number];

/**
 * Reads the content of a secret with own keys. The first key signs, all keys verify. A rotation puts
 * a new key first and keeps the previous one, so that tokens already issued stay valid.
 * @returns at least one key.
 * @throws Error that says what is wrong. It never quotes the secret.
 */
export function readOwnKeys(text: string | undefined): readonly OwnKey[] {
  const parsed = ownKeys.safeParse(parseJson(text));
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path }) => path.join(".") || "the whole text");
    throw new Error(
      `a key secret must hold {"keys":[{"kid":ID,"key":AT LEAST ${OWN_KEY_MIN_BYTES} BYTES}]}; ` +
        `wrong: ${[...new Set(wrong)].join(", ")}; write it again as docs/operations.md says`,
    );
  }
  return parsed.data.keys.map(({ kid, key }) => ({ kid, key: Buffer.from(key) }));
}

/**
 * Reads a provider's key set (RFC 7517). Keys for other purposes and algorithms are left out.
 * @throws Error if the answer is not a key set, a key is damaged, or no key can verify tokens.
 */
export async function readKeySet({ status, body }: HttpAnswer): Promise<Key[]> {
  // A redirect is an answer like any other here: it could lead to somebody else's keys.
  if (status !== 200) throw new Error(`the provider answered ${status} for its key set, not 200`);
  const parsed = keySet.safeParse(parseJson(body));
  if (!parsed.success) throw new Error("the provider's answer is not a JSON Web Key Set");
  const keys = await Promise.all(parsed.data.keys.filter(isForTokens).map(imported));
  const usable = keys.filter(({ bits }) => bits >= MODULUS_MIN_BITS);
  if (usable.length === 0)
    throw new Error(`the provider's key set has no ${PROVIDER_ALGORITHM} key`);
  return usable.map(({ kid, key }) => ({ kid, key }));
}

function isForTokens({ kty, use = "sig", alg = PROVIDER_ALGORITHM, key_ops }: WebKey): boolean {
  if (kty !== "RSA" || use !== "sig" || alg !== PROVIDER_ALGORITHM) return false;
  return key_ops === undefined || key_ops.includes("verify");
}

async function imported({ kid, kty, ...key }: WebKey): Promise<Key & { bits: number }> {
  try {
    const { n, e } = modulusAndExponent.parse(key);
    const imported = (await importJWK({ kty, n, e }, PROVIDER_ALGORITHM)) as CryptoKey;
    const { modulusLength = 0 } = imported.algorithm as { modulusLength?: number };
    return { kid, key: imported, bits: modulusLength };
  } catch (error) {
    throw new Error("the provider's key set has a damaged key", { cause: error });
  }
}

/** Undefined for a text that is no JSON: the error of `JSON.parse` would quote a secret. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
