/**
 * What the handlers use of jose, without cryptography: that runs on a thread pool, which does not fit
 * into virtual time. A signature is the key that made it. All else of a token is checked by jose.
 */
import {
  UnsecuredJWT,
  base64url,
  errors,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
} from "jose";

export { decodeJwt, decodeProtectedHeader, errors } from "jose";

interface PublicKey {
  readonly modulus: string;
  readonly algorithm: { readonly modulusLength: number };
}

/** HS256 has a key of bytes, RS256 one of a modulus. */
type Key = Uint8Array | PublicKey;

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
const signatureOf = (key: Key): string =>
  key instanceof Uint8Array ? base64url.encode(key) : key.modulus;

export function importJWK({ n = "" }: JWK): Promise<PublicKey> {
  const modulusLength = base64url.decode(n).length * 8;
  return Promise.resolve({ modulus: n, algorithm: { modulusLength } });
}

// eslint-disable-next-line @typescript-eslint/require-await -- what it throws becomes a rejection.
export async function jwtVerify(
  token: string,
  key: Key,
  { requiredClaims, clockTolerance, currentDate }: JWTVerifyOptions,
): Promise<{ payload: JWTPayload }> {
  const [, payload = "", signature] = token.split(".");
  if (signature !== signatureOf(key)) throw new errors.JWSSignatureVerificationFailed();
  return UnsecuredJWT.decode(`${encode({ alg: "none" })}.${payload}.`, {
    ...{ requiredClaims, clockTolerance, currentDate },
  });
}

export class SignJWT extends UnsecuredJWT {
  private header: object = {};

  setProtectedHeader(header: object): this {
    this.header = header;
    return this;
  }

  sign(key: Key): Promise<string> {
    const [, payload] = this.encode().split(".");
    return Promise.resolve(`${encode(this.header)}.${payload}.${signatureOf(key)}`);
  }
}
