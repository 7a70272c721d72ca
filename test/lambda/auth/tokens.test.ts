import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from "jose";
import { createAuthorizer } from "../../../lambda/handlers/authorizer";
import { TokenError } from "../../../lambda/auth/tokenError";
import { canaryTokens, tokenVerifier, type OwnKeys } from "../../../lambda/auth/tokens";
import {
  CANARY_ACCOUNT,
  KEY_REFRESH_SECONDS,
  KEY_SET_KEPT_SECONDS,
  OWN_ISSUER,
  UNKNOWN_KEY_REFRESH_SECONDS,
} from "../../../lambda/auth/tunables";
import { errorLog } from "../../helpers/logs";

const provider = { issuer: "https://login.example", audience: "trading" };
const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const own = (...kids: string[]): OwnKeys => ({
  keys: kids.map((kid) => ({ kid, key: `${kid}-`.padEnd(40, "x") })),
});

/** A world of keys that can be rotated and broken. */
function world() {
  const state = {
    nowMs: NOW_MS,
    own: own("a"),
    keySet: { keys: [] } as JSONWebKeySet,
    isDown: false,
    reads: 0,
  };
  const read =
    <T>(value: () => T) =>
    () => {
      state.reads++;
      return state.isDown ? Promise.reject(new Error("down")) : Promise.resolve(value());
    };
  const sources = {
    ownKeys: read(() => state.own),
    keySet: read(() => state.keySet),
    nowMs: () => state.nowMs,
    log: errorLog(),
  };
  return { state, sources };
}

function sign(
  kid: string,
  claims: { sub?: string; iss?: string; exp?: number; alg?: string },
): Promise<string> {
  const { sub = "acc-1", iss = OWN_ISSUER, exp = NOW_MS / 1000 + 60, alg = "HS256" } = claims;
  return new SignJWT({})
    .setProtectedHeader({ alg, kid })
    .setSubject(sub)
    .setIssuer(iss)
    .setExpirationTime(exp)
    .sign(Buffer.from(own(kid).keys[0]!.key));
}

describe("tokens of the platform's own keys", () => {
  it("name their account", async () => {
    const { sources } = world();
    expect(await tokenVerifier(sources, null)(await sign("a", {}))).toEqual({ accountId: "acc-1" });
  });

  it.each([
    ["of an unknown key", () => sign("b", {})],
    ["of another issuer", () => sign("a", { iss: "somebody" })],
    ["out of date", () => sign("a", { exp: NOW_MS / 1000 - 1 })],
    ["of another algorithm", () => sign("a", { alg: "HS512" })],
    ["that is none", () => Promise.resolve("nonsense")],
    [
      "without an expiry",
      () =>
        new SignJWT({})
          .setProtectedHeader({ alg: "HS256", kid: "a" })
          .setSubject("acc-1")
          .setIssuer(OWN_ISSUER)
          .sign(Buffer.from(own("a").keys[0]!.key)),
    ],
  ])("refuses a token %s", async (_, make) => {
    const { sources } = world();
    await expect(tokenVerifier(sources, null)(await make())).rejects.toBeInstanceOf(TokenError);
  });

  it("are verified with every key and signed with the first", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, null);
    const before = await canaryTokens(sources)();
    await verify(before);
    state.own = own("b", "a");
    state.nowMs += KEY_REFRESH_SECONDS * 1000 - 1;
    expect(await verify(await sign("a", { exp: NOW_MS / 1000 + 900 }))).toEqual({
      accountId: "acc-1",
    });
    state.nowMs += 1;
    expect(await verify(await canaryTokens(sources)())).toEqual({ accountId: CANARY_ACCOUNT });
    expect(await verify(await sign("a", { exp: NOW_MS / 1000 + 900 }))).toEqual({
      accountId: "acc-1",
    });
  });

  it("are verified with the last keys for a day if the keys cannot be read, which is logged", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, null);
    const token = await sign("a", { exp: NOW_MS / 1000 + 2 * KEY_SET_KEPT_SECONDS });
    await verify(token);
    state.isDown = true;
    state.nowMs += KEY_SET_KEPT_SECONDS * 1000;
    expect(await verify(token)).toEqual({ accountId: "acc-1" });
    expect(await verify(token)).toEqual({ accountId: "acc-1" });
    expect(state.reads).toBe(2);
    expect(sources.log.errors).toEqual(["keys could not be read; the last ones are used"]);
    state.nowMs += KEY_REFRESH_SECONDS * 1000;
    const verdict = await verify(token).catch((error: unknown) => error);
    expect(verdict).toEqual(new Error("down"));
  });

  it("cause another read of the keys if their key is unknown, but not every time", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, null);
    await verify(await sign("a", {}));
    state.own = own("b", "a");
    const token = await sign("b", {});
    state.nowMs += UNKNOWN_KEY_REFRESH_SECONDS * 1000 - 1;
    await expect(verify(token)).rejects.toBeInstanceOf(TokenError);
    expect(state.reads).toBe(1);
    state.nowMs += 1;
    expect(await verify(token)).toEqual({ accountId: "acc-1" });
    for (let i = 0; i < 5; i++) {
      await expect(verify(await sign("c", {}))).rejects.toBeInstanceOf(TokenError);
    }
    expect(state.reads).toBe(2);
  });

  it("cause one read of the keys per refresh", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, null);
    const token = await sign("a", {});
    for (let i = 0; i < 5; i++) await verify(token);
    expect(state.reads).toBe(1);
  });
});

describe("tokens of a provider", () => {
  async function provided(
    claims: { sub?: string; iss?: string; aud?: string; alg?: string; kid?: string } = {},
  ) {
    const { kid = "p" } = claims;
    const { state, sources } = world();
    const { publicKey, privateKey } = await generateKeyPair(claims.alg ?? "RS256");
    state.keySet = { keys: [{ ...(await exportJWK(publicKey)), kid }] };
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: claims.alg ?? "RS256", kid })
      .setSubject(claims.sub ?? "acc-2")
      .setIssuer(claims.iss ?? provider.issuer)
      .setAudience(claims.aud ?? provider.audience)
      .setExpirationTime(NOW_MS / 1000 + 60)
      .sign(privateKey);
    return { state, sources, token };
  }

  it("are verified with the provider's key set", async () => {
    const { sources, token } = await provided();
    expect(await tokenVerifier(sources, provider)(token)).toEqual({ accountId: "acc-2" });
  });

  it.each([
    ["another audience", { aud: "elsewhere" }],
    ["another algorithm", { alg: "RS384" }],
    ["the reserved account", { sub: CANARY_ACCOUNT }],
  ])("are refused with %s", async (_, claims) => {
    const { sources, token } = await provided(claims);
    await expect(tokenVerifier(sources, provider)(token)).rejects.toBeInstanceOf(TokenError);
  });

  it("are of exactly this issuer: a slash at the end makes another one", async () => {
    const issuer = `${provider.issuer}/`;
    const { sources, token } = await provided({ iss: issuer });
    expect(await tokenVerifier(sources, { ...provider, issuer })(token)).toEqual({
      accountId: "acc-2",
    });
    await expect(tokenVerifier(sources, provider)(token)).rejects.toBeInstanceOf(TokenError);
  });

  it("are verified with a key that was published a moment ago", async () => {
    const before = await provided();
    const { state, token } = await provided({ kid: "q" });
    const verify = tokenVerifier(before.sources, provider);
    await verify(before.token);
    before.state.keySet = { keys: [...before.state.keySet.keys, ...state.keySet.keys] };
    await expect(verify(token)).rejects.toBeInstanceOf(TokenError);
    before.state.nowMs += UNKNOWN_KEY_REFRESH_SECONDS * 1000;
    expect(await verify(token)).toEqual({ accountId: "acc-2" });
  });

  it("leave the own keys to canaries", async () => {
    const { sources } = world();
    const verify = tokenVerifier(sources, provider);
    expect(await verify(await canaryTokens(sources)())).toEqual({ accountId: CANARY_ACCOUNT });
    await expect(verify(await sign("a", {}))).rejects.toBeInstanceOf(TokenError);
  });
});

describe("the authorizer", () => {
  const event = (authorizationToken: string) => ({
    authorizationToken,
    methodArn: "arn:aws:execute-api:us-east-1:123456789012:abc/prod/POST/orders",
  });
  const authorizer = (verdict: () => Promise<{ accountId: string }>) =>
    createAuthorizer({
      env: { AWS_REGION: "us-east-1", ENVIRONMENT: "dev" },
      clock: { nowMs: () => NOW_MS, timer: () => () => undefined },
      write: () => undefined,
      verifyToken: verdict,
    });

  it("allows every method of the stage and passes the account on", async () => {
    expect(
      await authorizer(() => Promise.resolve({ accountId: "acc-1" }))(event("Bearer t")),
    ).toEqual({
      principalId: "acc-1",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Action: "execute-api:Invoke",
            Effect: "Allow",
            Resource: "arn:aws:execute-api:us-east-1:123456789012:abc/prod/*",
          },
        ],
      },
      context: { accountId: "acc-1" },
    });
  });

  /** No error, which the function's alarm would count: strangers cannot ring it. */
  const denied = {
    principalId: "nobody",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Action: "execute-api:Invoke",
          Effect: "Deny",
          Resource: "arn:aws:execute-api:us-east-1:123456789012:abc/prod/*",
        },
      ],
    },
  };

  it.each(["t", "Basic t", "Bearer", "Bearer a b"])("denies %p", async (header) => {
    const any = authorizer(() => Promise.resolve({ accountId: "acc-1" }));
    expect(await any(event(header))).toEqual(denied);
  });

  it("denies an invalid token and throws if a token could not be checked", async () => {
    const refused = authorizer(() => Promise.reject(new TokenError("expired")));
    expect(await refused(event("Bearer t"))).toEqual(denied);
    const down = authorizer(() => Promise.reject(new Error("down")));
    await expect(down(event("Bearer t"))).rejects.toThrow(/^down$/);
  });
});
