import * as jose from "jose";
import * as plain from "../bundled/plainJose";

const key = Buffer.from("0123456789abcdef0123456789abcdef");
const other = Buffer.from("fedcba9876543210fedcba9876543210");
const NOW_MS = Date.UTC(2026, 0, 5);
const options = {
  algorithms: ["HS256"],
  requiredClaims: ["exp"],
  clockTolerance: 60,
  currentDate: new Date(NOW_MS),
};
const atSecond = (second: number): number => NOW_MS / 1000 + second;

/** What a library says of a token that it signed itself: the claims, or the name of the error. */
async function verdictOf(
  { SignJWT, jwtVerify }: Pick<typeof jose, "SignJWT"> & { jwtVerify: typeof plain.jwtVerify },
  claims: jose.JWTPayload,
  verifiedWith: Uint8Array,
): Promise<unknown> {
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(key);
  return jwtVerify(token, verifiedWith, options).then(
    ({ payload }) => payload,
    (error: Error) => error.constructor.name,
  );
}

it.each<[string, jose.JWTPayload, Uint8Array]>([
  ["a good token", { sub: "a", exp: atSecond(10) }, key],
  ["a token of another key", { sub: "a", exp: atSecond(10) }, other],
  ["a token that has expired", { sub: "a", exp: atSecond(-61) }, key],
  ["a token that has expired within the tolerance", { sub: "a", exp: atSecond(-59) }, key],
  ["a token that is not valid yet", { sub: "a", nbf: atSecond(61), exp: atSecond(99) }, key],
  ["a token without an end", { sub: "a" }, key],
])("without cryptography, %s gets the same verdict as from jose", async (_, claims, verifier) => {
  const real = { SignJWT: jose.SignJWT, jwtVerify: jose.jwtVerify as typeof plain.jwtVerify };
  const double = {
    SignJWT: plain.SignJWT as unknown as typeof jose.SignJWT,
    jwtVerify: plain.jwtVerify,
  };
  const verdict = await verdictOf(real, claims, verifier);
  expect(await verdictOf(double, claims, verifier)).toEqual(verdict);
});
