import { createLocalJWKSet, decodeJwt, errors, jwtVerify, SignJWT } from "jose";
import type { JSONWebKeySet } from "jose";
import { OWN_ISSUER, TokenError, type CanaryToken, type Claims, type VerifyToken } from "./token";
import {
  CANARY_ACCOUNT,
  CANARY_TOKEN_SECONDS,
  KEY_REFRESH_SECONDS,
  KEY_SET_KEPT_SECONDS,
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

/**
 * Verifies tokens of the platform's own keys and, with a provider, of the provider: then our own
 * keys are good for the canary account alone.
 */
export function tokenVerifier(sources: TokenSources, provider: Provider | null): VerifyToken {
  const ownKeys = lastGood(sources.ownKeys, sources.nowMs);
  const keySet = lastGood(sources.keySet, sources.nowMs);
  const currentDate = () => new Date(sources.nowMs());

  async function verifyOwn(token: string): Promise<Claims> {
    const { keys } = await ownKeys();
    const { payload } = await verifying(() =>
      jwtVerify(
        token,
        ({ kid }) => {
          const found = keys.find((key) => key.kid === kid);
          if (found === undefined) throw new TokenError(`no live key "${kid}"`);
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
    const keys = createLocalJWKSet(await keySet());
    const { payload } = await verifying(() =>
      jwtVerify(token, keys, {
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

/** Refreshes now and then; when the source fails, what it last said is good for a day. */
function lastGood<T>(read: () => Promise<T>, nowMs: () => number): () => Promise<T> {
  let good: { value: T; atMs: number; triedMs: number } | null = null;
  return async () => {
    const atMs = nowMs();
    if (good !== null && atMs - good.triedMs < KEY_REFRESH_SECONDS * 1000) return good.value;
    try {
      good = { value: await read(), atMs, triedMs: atMs };
    } catch (error) {
      if (good === null || atMs - good.atMs > KEY_SET_KEPT_SECONDS * 1000) throw error;
      good.triedMs = atMs;
    }
    return good.value;
  };
}

async function verifying<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new TokenError(error.message, { cause: error });
    throw error;
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
