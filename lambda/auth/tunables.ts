/** The issuer (`iss`) of clients' tokens that are signed with the platform's own keys. */
export const OWN_ISSUER = "trading-platform";
/** The issuer of the canaries' tokens. They have keys of their own, valid for CANARY_ACCOUNT alone. */
export const CANARY_ISSUER = "trading-platform-canary";
/** The account of canary orders. No client can get a token for it. */
export const CANARY_ACCOUNT = "canary";
/** Tolerance for the clocks of issuers, in `exp` and `nbf`. A minute is what most libraries use. */
export const CLOCK_TOLERANCE_SECONDS = 60;
/** Timeout of a read of keys: shorter than the authorizer's own, so that it answers by itself. */
export const KEYS_TIMEOUT_MS = 3_000;
/** Keys are read again after this time, so a rotated key works everywhere within it. */
export const KEY_REFRESH_SECONDS = 300;
/**
 * A token that no key verifies may have been signed with a key published a moment ago. Keys are then
 * read again, but at most this often: otherwise any stranger could trigger a read per request.
 */
export const UNKNOWN_KEY_REFRESH_SECONDS = 10;
/** Without any keys, tokens fail without another read for this long after a failed one. */
export const KEY_RETRY_SECONDS = 5;
/** While keys cannot be read, the ones read last are used for this long. */
export const KEYS_KEPT_SECONDS = 86_400;
/** Most keys of a secret or a key set. A token without a key id is verified with each of them. */
export const KEYS_MAX = 50;
/** Lifetime of a canary's token: longer than one loop of the sentinel (LOOP_SECONDS). */
export const CANARY_TOKEN_SECONDS = 300;
