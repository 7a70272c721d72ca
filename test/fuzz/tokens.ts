import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { SignJWT, type JWTPayload } from "jose";
import { isAccountId } from "../../lambda/auth/accounts";
import {
  CANARY_ISSUER,
  CLOCK_TOLERANCE_SECONDS,
  KEYS_KEPT_SECONDS,
  OWN_ISSUER,
} from "../../lambda/auth/tunables";
import type { HttpAnswer } from "../../lambda/runtime/runtime";
import { START_MS } from "../../support/simulation/simulation";
import { noLog } from "../helpers/logs";
import { fuzzed, must, type Handlers } from "./fuzzed";
import { anyBody, anyText, anyValue } from "./values";

const PROVIDER = { issuer: "https://login.test", audience: "orders" };
const KID = "first";

const secret = Buffer.from("a key of the platform, long enough.");
const canarySecret = Buffer.from("a key of the canaries, long enough.");
const strangeSecret = Buffer.from("a key that nobody has published ...");
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: KID, use: "sig", alg: "RS256" };
const publicText = Buffer.from(publicKey.export({ type: "spki", format: "pem" }));

const secretOf = (key: Buffer) => JSON.stringify({ keys: [{ kid: KID, key: key.toString() }] });
const goodKeySet: HttpAnswer = { status: 200, body: JSON.stringify({ keys: [jwk] }) };

/** What a source of keys answers: the keys, an error, or anything that is no keys. */
type Source = "good" | "fails" | { body: string; status: number };
/** A text long enough for a key would be one. */
const anyKeyValue = anyValue.filter(
  (value) => typeof value !== "string" || Buffer.byteLength(value) < 32,
);
const anySource: fc.Arbitrary<Source> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("good" as const, "good" as const, "fails" as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      status: fc.constantFrom(200, 200, 200, 204, 301, 404, 429, 500),
      body: fc.oneof(
        anyBody,
        anyValue.map((keys) => JSON.stringify({ keys })),
        fc
          .record({
            kid: anyValue,
            kty: fc.constantFrom("RSA", "oct", 1),
            n: anyValue,
            e: anyValue,
          })
          .map((key) => JSON.stringify({ keys: [key] })),
        anyKeyValue.map((key) => JSON.stringify({ keys: [{ kid: KID, key }] })),
        fc.constantFrom(goodKeySet.body, secretOf(secret)).map((text) => text.slice(0, -2)),
      ),
    }),
  },
);

const kinds = [
  "client",
  "canary",
  "stranger",
  "public key",
  "none",
  "tampered",
  "nonsense",
] as const;

const anyToken = fc.record({
  kind: fc.constantFrom(...kinds, "client", "client"),
  subject: fc.oneof(fc.constantFrom("account", "auth0|5f7c", "canary"), anyText),
  kid: fc.oneof(fc.constantFrom(KID, KID, KID, undefined), anyText),
  expiresInSeconds: fc.constantFrom(-86_400, -61, 0, 60, 3_600, 1e15),
  extra: fc.oneof(
    fc.constant({}),
    fc.dictionary(fc.constantFrom("nbf", "iat", "aud", "iss", "jti"), anyValue, { maxKeys: 2 }),
  ),
  text: anyText,
  prefix: fc.constantFrom("Bearer ", "Bearer ", "Bearer ", "bearer ", "Basic ", ""),
});
type Token = typeof anyToken extends fc.Arbitrary<infer One> ? One : never;

/** The text of a token, and the account that it must be allowed for, or null if it is not valid. */
async function made(
  { kind, subject, kid, expiresInSeconds, extra, text, prefix }: Token,
  hasProvider: boolean,
  nowMs: number,
): Promise<{ text: string; isValid: boolean }> {
  if (kind === "nonsense") return { text: `${prefix}${text}`, isValid: false };
  const isCanary = kind === "canary";
  const isProvided = hasProvider && !isCanary;
  const nowSeconds = Math.floor(nowMs / 1000);
  const issuer = isCanary ? CANARY_ISSUER : isProvided ? PROVIDER.issuer : OWN_ISSUER;
  const claims: JWTPayload = {
    iss: issuer,
    sub: isCanary ? "canary" : subject,
    exp: nowSeconds + expiresInSeconds,
    ...(isProvided ? { aud: PROVIDER.audience } : {}),
    ...(extra as JWTPayload),
  };
  const isSigned = (kind === "client" || isCanary) && prefix.toLowerCase() === "bearer ";
  const isFresh = expiresInSeconds > -CLOCK_TOLERANCE_SECONDS && expiresInSeconds <= 3_600;
  const isPlain = Object.keys(extra).length === 0 && (kid === KID || kid === undefined);
  const isAccount = isCanary || (isAccountId(subject) && subject !== "canary");
  const isHs = !isProvided || kind === "stranger" || kind === "public key";
  const alg = isHs ? "HS256" : "RS256";
  const key = { client: secret, canary: canarySecret, "public key": publicText }[kind as "client"];
  const unsigned = new SignJWT(claims).setProtectedHeader(
    kid === undefined ? { alg } : { alg, kid },
  );
  const signed = await unsigned.sign(isHs ? (key ?? strangeSecret) : privateKey);
  const [header, payload, signature] = signed.split(".");
  const none = Buffer.from(JSON.stringify({ alg: "none", kid })).toString("base64url");
  const shown =
    kind === "none"
      ? `${none}.${payload}.`
      : kind === "tampered"
        ? `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: "other" })).toString("base64url")}.${signature}`
        : signed;
  return { text: `${prefix}${shown}`, isValid: isSigned && isFresh && isPlain && isAccount };
}

/** Keys of the canaries and of the clients, as their sources answer at the moment. */
class Sources {
  nowMs = START_MS;
  answers: Source = "good";
  readonly goodMs = { client: -Infinity, canary: -Infinity };
  readonly log = noLog;

  secret(of: "client" | "canary", key: Buffer): Promise<string | undefined> {
    if (this.answers === "fails") return Promise.reject(new Error("no answer"));
    if (this.answers !== "good") return Promise.resolve(this.answers.body);
    this.goodMs[of] = this.nowMs;
    return Promise.resolve(secretOf(key));
  }

  keySet(): Promise<HttpAnswer> {
    if (this.answers === "fails") return Promise.reject(new Error("no answer"));
    if (this.answers !== "good") return Promise.resolve(this.answers);
    this.goodMs.client = this.nowMs;
    return Promise.resolve(goodKeySet);
  }
}

function authorizerOf(handlers: Handlers, sources: Sources, hasProvider: boolean) {
  const verifyToken = handlers.tokenVerifier(
    {
      nowMs: () => sources.nowMs,
      log: sources.log,
      clientKeys: () => sources.secret("client", secret),
      canaryKeys: () => sources.secret("canary", canarySecret),
      keySet: () => sources.keySet(),
    },
    hasProvider ? PROVIDER : null,
  );
  const clock = { nowMs: () => sources.nowMs, timer: () => () => undefined };
  const env = { AWS_REGION: "us-east-1", ENVIRONMENT: "test" };
  return handlers.authorizer({ env, clock, verifyToken, write: () => undefined });
}

export const tokens = fuzzed(
  "only valid tokens are allowed, and nonsense from the source of keys denies none",
  30,
  fc.record({
    hasProvider: fc.boolean(),
    steps: fc.array(
      fc.record({
        afterSeconds: fc.constantFrom(0, 1, 6, 11, 301, 80_000),
        source: anySource,
        token: anyToken,
      }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  async (handlers, { hasProvider, steps }) => {
    const sources = new Sources();
    const authorizer = authorizerOf(handlers, sources, hasProvider);
    for (const { afterSeconds, source, token } of steps) {
      sources.nowMs += afterSeconds * 1000;
      sources.answers = source;
      const { text, isValid } = await made(token, hasProvider, sources.nowMs);
      const event = {
        authorizationToken: text,
        methodArn: "arn:aws:execute-api:r:a:api/live/GET/",
      };
      const answer = await authorizer(event).catch((error: unknown) => error as Error);
      const keysMs = sources.goodMs[token.kind === "canary" ? "canary" : "client"];
      const areKnown = sources.nowMs - keysMs <= KEYS_KEPT_SECONDS * 1000;
      if (answer instanceof Error) {
        must(!areKnown, () => `with known keys: ${String(answer)}`);
        continue;
      }
      const effect = answer.policyDocument.Statement[0]!.Effect;
      const mustDeny = !["client", "canary"].includes(token.kind);
      must(effect === "Deny" || !mustDeny, () => `a token is allowed: ${token.kind}`);
      must(effect === "Allow" || !isValid, () => `a valid token is denied: ${text}`);
    }
  },
);
