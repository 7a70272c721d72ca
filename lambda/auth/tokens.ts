import { createLocalJWKSet, decodeJwt, errors, jwtVerify, SignJWT } from "jose";
import type { JSONWebKeySet } from "jose";
import type { Log } from "../runtime/log";
import type { CanaryToken, Claims, VerifyToken } from "../runtime/runtime";
import { TokenError } from "./tokenError";
import {
  CANARY_ACCOUNT,
  CANARY_TOKEN_SECONDS,
  KEY_REFRESH_SECONDS,
  KEY_SET_KEPT_SECONDS,
  OWN_ISSUER,
  UNKNOWN_KEY_REFRESH_SECONDS,
} from "./tunables";

/**
 * The content of the token secret. The first key signs, all keys verify. A rotation puts a new key
 * first and keeps the previous one, so that tokens already issued stay valid.
 */
export interface OwnKeys {
  keys: { kid: string; key: string }[];
}

/** An identity provider that issues the clients' tokens. */
export interface Provider {
  issuer: string;
  audience: string;
}

export interface TokenSources {
  /** Reads the platform's own keys from the secret, or its replica, in this region. */
  ownKeys: () => Promise<OwnKeys>;
  /** Reads the provider's key set. Called only if there is a provider. */
  keySet: () => Promise<JSONWebKeySet>;
  nowMs: () => number;
  log: Pick<Log, "error">;
}

/** Fixed, because a token must not choose its own algorithm. */
const OWN_ALGORITHM = "HS256";
const PROVIDER_ALGORITHM = "RS256";
const requiredClaims = ["exp", "sub"];

/** The token's key is not among the keys read last. */
class UnknownKeyError extends TokenError {}

/**
 * Verifies tokens signed with the platform's own keys. With a provider, clients need the provider's
 * tokens, and the own keys are valid for the canary account only.
 */
export function tokenVerifier(sources: TokenSources, provider: Provider | null): VerifyToken {
  const ownKeys = cached(sources, sources.ownKeys);
  const keySet = cached(sources, sources.keySet);
  const currentDate = () => new Date(sources.nowMs());

  async function verifyOwn(token: string): Promise<Claims> {
    const { payload } = await verifying(ownKeys, ({ keys }) =>
      jwtVerify(
        token,
        ({ kid }) => {
          const found = keys.find((key) => key.kid === kid);
          if (found === undefined) throw new UnknownKeyError(`no key with the id "${kid}"`);
          return Buffer.from(found.key);
        },
        {
          algorithms: [OWN_ALGORITHM],
          issuer: OWN_ISSUER,
          requiredClaims,
          currentDate: currentDate(),
        },
      ),
    );
    const claims = claimsOf(payload.sub);
    if (provider !== null && claims.accountId !== CANARY_ACCOUNT) {
      throw new TokenError("with a provider, the platform's own keys are valid for canaries only");
    }
    return claims;
  }

  async function verifyProvided(token: string, { issuer, audience }: Provider): Promise<Claims> {
    const { payload } = await verifying(keySet, (set) =>
      jwtVerify(token, createLocalJWKSet(set), {
        algorithms: [PROVIDER_ALGORITHM],
        issuer,
        audience,
        requiredClaims,
        currentDate: currentDate(),
      }),
    );
    const claims = claimsOf(payload.sub);
    if (claims.accountId === CANARY_ACCOUNT)
      throw new TokenError(`the account "${CANARY_ACCOUNT}" is reserved`);
    return claims;
  }

  return async (token) => {
    const issuer = issuerOf(token);
    return provider !== null && issuer === provider.issuer
      ? verifyProvided(token, provider)
      : verifyOwn(token);
  };
}

/**
 * Signs tokens for the canary account with the first of the own keys.
 * @throws Error if the secret cannot be read or has no key.
 */
export function canaryTokens(sources: Omit<TokenSources, "keySet">): CanaryToken {
  const ownKeys = cached(sources, sources.ownKeys);
  return async () => {
    const [first] = (await ownKeys()).keys;
    if (first === undefined) throw new Error("the token secret has no key; put one into it");
    const nowSeconds = Math.floor(sources.nowMs() / 1000);
    return new SignJWT({})
      .setProtectedHeader({ alg: OWN_ALGORITHM, kid: first.kid })
      .setIssuer(OWN_ISSUER)
      .setSubject(CANARY_ACCOUNT)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + CANARY_TOKEN_SECONDS)
      .sign(Buffer.from(first.key));
  };
}

/** Returns keys that are at most so old, or the last ones if reading fails. */
type Keys<T> = (maxAgeSeconds?: number) => Promise<T>;

/** Caches keys. If they cannot be read, the last ones are used for KEY_SET_KEPT_SECONDS. */
function cached<T>(
  { nowMs, log }: Pick<TokenSources, "nowMs" | "log">,
  read: () => Promise<T>,
): Keys<T> {
  let good: { value: T; atMs: number; triedMs: number } | null = null;
  return async (maxAgeSeconds = KEY_REFRESH_SECONDS) => {
    const atMs = nowMs();
    if (good !== null && atMs - good.triedMs < maxAgeSeconds * 1000) return good.value;
    try {
      good = { value: await read(), atMs, triedMs: atMs };
    } catch (error) {
      if (good === null || atMs - good.atMs > KEY_SET_KEPT_SECONDS * 1000) throw error;
      log.error("keys could not be read; the last ones are used", error);
      good.triedMs = atMs;
    }
    return good.value;
  };
}

/** Verifies with the cached keys. If the token's key is unknown, reads the keys again and retries once. */
async function verifying<Found, Verified>(
  keys: Keys<Found>,
  verify: (found: Found) => Promise<Verified>,
): Promise<Verified> {
  const attempt = async (found: Found): Promise<Verified> => {
    try {
      return await verify(found);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      const isUnknown = error instanceof errors.JWKSNoMatchingKey;
      const Refusal = isUnknown ? UnknownKeyError : TokenError;
      throw new Refusal(error.message, { cause: error });
    }
  };
  try {
    return await attempt(await keys());
  } catch (error) {
    if (!(error instanceof UnknownKeyError)) throw error;
    return attempt(await keys(UNKNOWN_KEY_REFRESH_SECONDS));
  }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch (error) {
    throw new TokenError("the token is not a JSON Web Token", { cause: error });
  }
}

function claimsOf(subject: string | undefined): Claims {
  if (subject === undefined) throw new TokenError("the token has no account in its claim sub");
  return { accountId: subject };
}
