/** The bearer token is missing, malformed, expired or signed with an unknown key: answered with 401. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}
