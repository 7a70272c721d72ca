/** The account of canary orders; no client may use it. */
export const CANARY_ACCOUNT = "canary";
/** Keys are read anew this often: a rotated key is live everywhere within that time. */
export const KEY_REFRESH_SECONDS = 300;
/** A key nobody knows may just have been published; strangers cannot make us look more often. */
export const UNKNOWN_KEY_REFRESH_SECONDS = 10;
/** Where the source of keys is down, the last good ones verify for this long. */
export const KEY_SET_KEPT_SECONDS = 86_400;
/** A canary's token outlives one loop. */
export const CANARY_TOKEN_SECONDS = 300;
