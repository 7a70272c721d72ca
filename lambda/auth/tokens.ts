import { createLocalJWKSet, decodeJwt, errors, jwtVerify, SignJWT } from "jose";
import type { JSONWebKeySet } from "jose";
import { OWN_ISSUER, TokenError, type CanaryToken, type Claims, type VerifyToken } from "./token";
import {
  CANARY_ACCOUNT,
  CANARY_TOKEN_SECONDS,
  KEY_REFRESH_SECONDS,
  KEY_SET_KEPT_SECONDS,
  UNKNOWN_KEY_REFRESH_SECONDS,
} from "./tunables";

/** The secret's text: live keys, the first signs, all verify. Rotation keeps the one before. */
export interface OwnKeys {
  keys: { kid: string; key: string }[];
}

/** An identity provider whose tokens are accepted beside canaries. */
export interface Provider {
  issuer: string;
  audience: string;
}

export interface TokenSources {
  /** The platform's own keys, from the secret (replica) of this region. */
  ownKeys: () => Promise<OwnKeys>;
  /** The provider's key set; asked only where there is a provider. */
  keySet: () => Promise<JSONWebKeySet>;
  nowMs: () => number;
}

/** Pinned: a token chooses its key, never its algorithm. */
const OWN_ALGORITHM = "HS256";
const PROVIDER_ALGORITHM = "RS256";
const requiredClaims = ["exp", "sub"];

/** Signed with a key that is not among the live ones, as far as we have read them. */
class UnknownKeyError extends TokenError {}

/**
 * Verifies tokens of the platform's own keys and, with a provider, of the provider: then our own
 * keys are good for the canary account alone.
 */
export function tokenVerifier(sources: TokenSources, provider: Provider | null): VerifyToken {
  const ownKeys = lastGood(sources.ownKeys, sources.nowMs);
  const keySet = lastGood(sources.keySet, sources.nowMs);
  const currentDate = () => new Date(sources.nowMs());

  async function verifyOwn(token: string): Promise<Claims> {
    const { payload } = await verifying(ownKeys, ({ keys }) =>
      jwtVerify(
        token,
        ({ kid }) => {
          const found = keys.find((key) => key.kid === kid);
          if (found === undefined) throw new UnknownKeyError(`no live key "${kid}"`);
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
      throw new TokenError("the platform's own keys are for canaries where a provider is set");
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
    if (claims.accountId === CANARY_ACCOUNT) throw new TokenError("a reserved account");
    return claims;
  }

  return async (token) => {
    const issuer = issuerOf(token);
    return provider !== null && issuer === provider.issuer
      ? verifyProvided(token, provider)
      : verifyOwn(token);
  };
}

/** Signs for the reserved account with the first of our own keys. */
export function canaryTokens(sources: Pick<TokenSources, "ownKeys" | "nowMs">): CanaryToken {
  const ownKeys = lastGood(sources.ownKeys, sources.nowMs);
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

/** Keys that were read at most so many seconds ago, or could not be read since. */
type Keys<T> = (maxAgeSeconds?: number) => Promise<T>;

/** Refreshes now and then; when the source fails, what it last said is good for a day. */
function lastGood<T>(read: () => Promise<T>, nowMs: () => number): Keys<T> {
  let good: { value: T; atMs: number; triedMs: number } | null = null;
  return async (maxAgeSeconds = KEY_REFRESH_SECONDS) => {
    const atMs = nowMs();
    if (good !== null && atMs - good.triedMs < maxAgeSeconds * 1000) return good.value;
    try {
      good = { value: await read(), atMs, triedMs: atMs };
    } catch (error) {
      if (good === null || atMs - good.atMs > KEY_SET_KEPT_SECONDS * 1000) throw error;
      good.triedMs = atMs;
    }
    return good.value;
  };
}

/** Verifies with the keys we have; where the token's is not among them, once more with fresh ones. */
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
    throw new TokenError("not a token", { cause: error });
  }
}

function claimsOf(subject: string | undefined): Claims {
  if (subject === undefined) throw new TokenError("a token names its account in sub");
  return { accountId: subject };
}
