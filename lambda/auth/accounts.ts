import { createHash } from "node:crypto";
import { TokenError } from "./tokenError";

/** What an account id may be: the contract's pattern of `accountId`. */
const ACCOUNT_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** The account ids that start like this are those of subjects that are no account ids. */
const DERIVED_PREFIX = "sub-";

/** True if the account of this subject has the same name. */
export function isAccountId(subject: string): boolean {
  return ACCOUNT_ID.test(subject) && !subject.startsWith(DERIVED_PREFIX);
}

/**
 * The account of a subject (claim `sub`). A subject that is an account id is the account, unless it
 * starts with DERIVED_PREFIX. Any other, like `auth0|5f7c` or `x@clients`, has the account
 * `sub-` + base64url(SHA-256 of its UTF-8 bytes). So two subjects never share an account.
 * @throws TokenError for a subject that is not a text, empty, or not representable in UTF-8.
 */
export function accountOf(subject: unknown): string {
  if (typeof subject !== "string" || subject === "") {
    throw new TokenError('the claim "sub" must be a text that is not empty');
  }
  if (isAccountId(subject)) return subject;
  const bytes = Buffer.from(subject);
  // A lone surrogate becomes a replacement character, so that other subjects have the same bytes.
  if (bytes.toString() !== subject) throw new TokenError('the claim "sub" is not valid Unicode');
  return DERIVED_PREFIX + createHash("sha256").update(bytes).digest("base64url");
}
