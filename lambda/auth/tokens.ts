import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  SignJWT,
  type JWTPayload,
} from "jose";
import type { Log } from "../runtime/log";
import type { CanaryToken, Claims, HttpAnswer, VerifyToken } from "../runtime/runtime";
import { accountOf } from "./accounts";
import { cachedKeys, type CachedKeys } from "./keyCache";
import { PROVIDER_ALGORITHM, readKeySet, readOwnKeys, type Key, type OwnKey } from "./keys";
import { TokenError } from "./tokenError";
import {
  CANARY_ACCOUNT,
  CANARY_ISSUER,
  CANARY_TOKEN_SECONDS,
  CLOCK_TOLERANCE_SECONDS,
  OWN_ISSUER,
  UNKNOWN_KEY_REFRESH_SECONDS,
} from "./tunables";

/** An identity provider that issues the clients' tokens. */
export interface Provider {
  issuer: string;
  audience: string;
}

/** The text of a secret in this region. */
type ReadSecret = () => Promise<string | undefined>;

interface Watch {
  nowMs: () => number;
  log: Pick<Log, "error">;
}

export interface CanaryTokenSources extends Watch {
  canaryKeys: ReadSecret;
}

export interface TokenSources extends CanaryTokenSources {
  /** Keys of clients' tokens. Read only if there is no provider. */
  clientKeys: ReadSecret;
  /** The provider's key set. Read only if there is a provider. */
  keySet: () => Promise<HttpAnswer>;
}

/** How the tokens of an issuer are verified. */
interface Issuer {
  keys: CachedKeys<readonly Key[]>;
  /** Fixed, because a token must not choose its own algorithm. */
  algorithm: string;
  /** @throws TokenError for claims that this issuer's tokens must not have. */
  accountOf: (claims: JWTPayload) => string;
}

const OWN_ALGORITHM = "HS256";

/** No key verifies the token. */
class NoKeyError extends TokenError {}

/**
 * Verifies tokens. Clients need the provider's tokens, or tokens signed with the platform's own keys
 * if there is no provider. Canaries have an issuer and keys of their own in both cases.
 */
export function tokenVerifier(sources: TokenSources, provider: Provider | null): VerifyToken {
  const own = (read: ReadSecret) => ({
    keys: cachedKeys(sources, async () => readOwnKeys(await read())),
    algorithm: OWN_ALGORITHM,
  });
  const issuers = new Map<unknown, Issuer>([
    [CANARY_ISSUER, { ...own(sources.canaryKeys), accountOf: canaryAccount }],
  ]);
  if (provider === null) {
    issuers.set(OWN_ISSUER, { ...own(sources.clientKeys), accountOf: clientAccount });
  } else {
    issuers.set(provider.issuer, {
      keys: cachedKeys(sources, async () => readKeySet(await sources.keySet())),
      algorithm: PROVIDER_ALGORITHM,
      accountOf: (claims) => {
        if (!isFor(provider.audience, claims)) throw new TokenError("the token is for others");
        return clientAccount(claims);
      },
    });
  }
  return (token) => verify(token, issuers, new Date(sources.nowMs()));
}

/** Signs tokens for the canary account with the first of the canaries' keys. */
export function canaryTokens(sources: CanaryTokenSources): CanaryToken {
  const keys = cachedKeys(sources, async () => readOwnKeys(await sources.canaryKeys()));
  return async () => {
    const [first] = await keys();
    return signToken(first!, CANARY_ISSUER, CANARY_ACCOUNT, CANARY_TOKEN_SECONDS, sources.nowMs());
  };
}

/** Signs a token with one of the platform's own keys. */
export function signToken(
  { kid, key }: OwnKey,
  issuer: string,
  account: string,
  validSeconds: number,
  nowMs: number,
): Promise<string> {
  const nowSeconds = Math.floor(nowMs / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: OWN_ALGORITHM, kid })
    .setIssuer(issuer)
    .setSubject(account)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + validSeconds)
    .sign(key);
}

/** Reads no keys for a token that no key can make valid. */
async function verify(
  token: string,
  issuers: ReadonlyMap<unknown, Issuer>,
  currentDate: Date,
): Promise<Claims> {
  const { alg, kid, iss } = peek(token);
  const issuer = issuers.get(iss);
  if (issuer === undefined) throw new TokenError("the token's issuer is not known here");
  if (alg !== issuer.algorithm)
    throw new TokenError(`the token's algorithm is not ${issuer.algorithm}`);
  const attempt = async (keys: readonly Key[]): Promise<Claims> => {
    const suitable = keys.filter((key) => kid === undefined || (key.kid ?? kid) === kid);
    const claims = await verifyWithAny(token, suitable, alg, currentDate);
    return { accountId: issuer.accountOf(claims) };
  };
  try {
    return await attempt(await issuer.keys());
  } catch (error) {
    if (!(error instanceof NoKeyError)) throw error;
    return attempt(await issuer.keys(UNKNOWN_KEY_REFRESH_SECONDS));
  }
}

/** Key ids need not be unique, so every suitable key is tried. */
async function verifyWithAny(
  token: string,
  keys: readonly Key[],
  alg: string,
  currentDate: Date,
): Promise<JWTPayload> {
  const options = {
    algorithms: [alg],
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate,
  };
  for (const { key } of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new TokenError(error.message, { cause: error });
    }
  }
  throw new NoKeyError(`none of ${keys.length} suitable keys verifies the token`);
}

/** What an unverified token says about itself. */
function peek(token: string): { alg: unknown; kid: unknown; iss: unknown } {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return { alg, kid, iss: decodeJwt(token).iss };
  } catch (error) {
    throw new TokenError("the token is not a JSON Web Token", { cause: error });
  }
}

/**
 * True if the token was issued for the audience. Access tokens of Amazon Cognito have no `aud`: they
 * name the client that they were issued to.
 */
function isFor(audience: string, { aud, client_id, token_use }: JWTPayload): boolean {
  if (aud === undefined) return token_use === "access" && client_id === audience;
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}

function clientAccount({ sub }: JWTPayload): string {
  const accountId = accountOf(sub);
  if (accountId !== CANARY_ACCOUNT) return accountId;
  throw new TokenError(`the account "${CANARY_ACCOUNT}" is reserved for canaries`);
}

function canaryAccount({ sub }: JWTPayload): string {
  if (sub === CANARY_ACCOUNT) return CANARY_ACCOUNT;
  throw new TokenError(`the canaries' keys are valid for the account "${CANARY_ACCOUNT}" alone`);
}
