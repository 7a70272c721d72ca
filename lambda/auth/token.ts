/** Who may place orders, and for which account. */
export interface Claims {
  accountId: string;
}

/** The token is no good: the client's fault, answered 401. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/**
 * Verifies a bearer token in this region alone.
 * @throws TokenError for a bad token; any other error means that no verdict was possible.
 */
export type VerifyToken = (token: string) => Promise<Claims>;

/** A short-lived token for the reserved canary account. */
export type CanaryToken = () => Promise<string>;

/** Issuer of tokens signed with the platform's own replicated key. */
export const OWN_ISSUER = "trading-platform";
