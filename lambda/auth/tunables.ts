/** The issuer (`iss`) of tokens that are signed with the platform's own keys. */
export const OWN_ISSUER = "trading-platform";
/** The account of canary orders. No client can get a token for it. */
export const CANARY_ACCOUNT = "canary";
/** Keys are read again after this time, so a rotated key works everywhere within it. */
export const KEY_REFRESH_SECONDS = 300;
/**
 * A token with an unknown key may have been signed with a key published a moment ago. Keys are then
 * read again, but at most this often: otherwise any stranger could trigger a read per request.
 */
export const UNKNOWN_KEY_REFRESH_SECONDS = 10;
/** While keys cannot be read, the ones read last are used for this long. */
export const KEY_SET_KEPT_SECONDS = 86_400;
/** Lifetime of a canary's token: longer than one loop of the sentinel (LOOP_SECONDS). */
export const CANARY_TOKEN_SECONDS = 300;
