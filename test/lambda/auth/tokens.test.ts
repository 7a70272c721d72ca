import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import type { HttpAnswer } from "../../../lambda/runtime/runtime";
import { TokenError } from "../../../lambda/auth/tokenError";
import { canaryTokens, tokenVerifier } from "../../../lambda/auth/tokens";
import {
  CANARY_ACCOUNT,
  CANARY_ISSUER,
  CLOCK_TOLERANCE_SECONDS,
  KEY_REFRESH_SECONDS,
  KEY_RETRY_SECONDS,
  OWN_ISSUER,
  UNKNOWN_KEY_REFRESH_SECONDS,
} from "../../../lambda/auth/tunables";
import { errorLog } from "../../helpers/logs";

const provider = { issuer: "https://login.example", audience: "trading" };
const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const NOW = NOW_MS / 1000;

const ownKey = (name: string) => `${name}-`.padEnd(40, "x");
const secret = (...names: string[]) =>
  JSON.stringify({ keys: names.map((kid) => ({ kid, key: ownKey(kid) })) });

const pairs: Record<string, { privateKey: CryptoKey; jwk: object }> = {};
beforeAll(async () => {
  for (const name of ["p", "q"]) {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    pairs[name] = { privateKey, jwk: await exportJWK(publicKey) };
  }
});
/** A key set; `kid` undefined leaves the id out. */
const keySet = (...keys: [name: string, kid?: string][]): HttpAnswer => ({
  status: 200,
  body: JSON.stringify({ keys: keys.map(([name, kid]) => ({ ...pairs[name]!.jwk, kid })) }),
});

/** Sources of keys that can be changed and broken. */
function world() {
  const state = {
    nowMs: NOW_MS,
    client: secret("a") as string | undefined,
    canary: secret("c") as string | undefined,
    keySet: { status: 404, body: "" },
    reads: [] as string[],
  };
  const read = <Name extends "client" | "canary" | "keySet">(name: Name) => {
    state.reads.push(name);
    return Promise.resolve(state[name]);
  };
  const sources = {
    clientKeys: () => read("client"),
    canaryKeys: () => read("canary"),
    keySet: () => read("keySet"),
    nowMs: () => state.nowMs,
    log: errorLog(),
  };
  return { state, sources, log: sources.log };
}

interface Header {
  alg?: string;
  kid?: string | undefined;
}

/** Signs with an own key. A claim that is undefined is left out. */
function sign(name: string, claims: JWTPayload = {}, header: Header = {}): Promise<string> {
  return new SignJWT({ sub: "acc-1", iss: OWN_ISSUER, exp: NOW + 600, ...claims })
    .setProtectedHeader({ alg: "HS256", kid: name, ...header })
    .sign(Buffer.from(ownKey(name)));
}

function provided(name: string, claims: JWTPayload = {}, header: Header = {}): Promise<string> {
  const all = { sub: "acc-2", iss: provider.issuer, aud: "trading", exp: NOW + 600, ...claims };
  return new SignJWT(all)
    .setProtectedHeader({ alg: "RS256", kid: name, ...header })
    .sign(pairs[name]!.privateKey);
}

const refused = (verdict: Promise<unknown>) => expect(verdict).rejects.toBeInstanceOf(TokenError);

describe("tokens of the platform's own keys", () => {
  it("name their account", async () => {
    const { sources } = world();
    expect(await tokenVerifier(sources, null)(await sign("a"))).toEqual({ accountId: "acc-1" });
  });

  it.each([
    ["of an unknown key", () => sign("b")],
    ["of another key with a known id", () => sign("b", {}, { kid: "a" })],
    ["of the canaries' keys", () => sign("c")],
    ["of another issuer", () => sign("a", { iss: "somebody" })],
    ["without an issuer", () => sign("a", { iss: undefined })],
    ["out of date", () => sign("a", { exp: NOW - CLOCK_TOLERANCE_SECONDS })],
    ["not valid yet", () => sign("a", { nbf: NOW + CLOCK_TOLERANCE_SECONDS + 1 })],
    ["without an expiry", () => sign("a", { exp: undefined })],
    ["with an expiry that is no number", () => sign("a", { exp: "never" } as never)],
    ["without a subject", () => sign("a", { sub: undefined })],
    ["with a subject that is no text", () => sign("a", { sub: 5 } as never)],
    ["of the canary account", () => sign("a", { sub: CANARY_ACCOUNT })],
    ["that is none", () => Promise.resolve("nonsense")],
    ["with three parts that are no JSON", () => Promise.resolve("a.b.c")],
    [
      "of another algorithm",
      () =>
        new SignJWT({ sub: "acc-1", iss: OWN_ISSUER, exp: NOW + 60 })
          .setProtectedHeader({ alg: "HS512", kid: "a" })
          .sign(Buffer.from(ownKey("a"))),
    ],
  ])("are refused if they are %s", async (_, make) => {
    await refused(tokenVerifier(world().sources, null)(await make()));
  });

  it.each([
    ["expired a moment ago", { exp: NOW - CLOCK_TOLERANCE_SECONDS + 1 }],
    ["begin in a moment", { nbf: NOW + CLOCK_TOLERANCE_SECONDS }],
    ["were issued in a moment", { iat: NOW + 1, nbf: NOW + 1 }],
  ])("are accepted if they %s, because clocks differ", async (_, claims) => {
    expect(await tokenVerifier(world().sources, null)(await sign("a", claims))).toEqual({
      accountId: "acc-1",
    });
  });

  it("are verified with each key that has their key id, and with all keys if they name none", async () => {
    const { state, sources } = world();
    const key = (name: string) => ({ kid: "same", key: ownKey(name) });
    state.client = JSON.stringify({ keys: [key("a"), key("b")] });
    const verify = tokenVerifier(sources, null);
    for (const name of ["a", "b"]) {
      for (const kid of ["same", undefined]) {
        expect(await verify(await sign(name, {}, { kid }))).toEqual({ accountId: "acc-1" });
      }
    }
    await refused(verify(await sign("z", {}, { kid: undefined })));
  });

  it("name a derived account if their subject is no account id", async () => {
    const verify = tokenVerifier(world().sources, null);
    const { accountId } = await verify(await sign("a", { sub: "auth0|5f7c8ec7" }));
    expect(accountId).toMatch(/^sub-[A-Za-z0-9_-]{43}$/);
  });

  it("cause no read of keys if no key can make them valid", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, null);
    for (const token of ["junk", await sign("a", { iss: "somebody" }), await provided("p")]) {
      await refused(verify(token));
    }
    expect(state.reads).toEqual([]);
  });
});

describe("tokens of canaries", () => {
  it.each([null, provider])(
    "are accepted for their account, with the provider %j",
    async (given) => {
      const { sources } = world();
      const token = await canaryTokens(sources)();
      expect(await tokenVerifier(sources, given)(token)).toEqual({ accountId: CANARY_ACCOUNT });
    },
  );

  it.each([null, provider])(
    "cannot be made for another account with the canaries' keys, with the provider %j",
    async (given) => {
      const { state, sources } = world();
      state.keySet = keySet(["p", "p"]);
      const verify = tokenVerifier(sources, given);
      for (const iss of [CANARY_ISSUER, OWN_ISSUER, provider.issuer]) {
        await refused(verify(await sign("c", { iss })));
      }
    },
  );

  it("cannot be made with the clients' keys", async () => {
    await refused(
      tokenVerifier(
        world().sources,
        null,
      )(await sign("a", { iss: CANARY_ISSUER, sub: CANARY_ACCOUNT })),
    );
  });

  it("are signed with the first key and verified with all", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, null);
    const before = await canaryTokens(sources)();
    await verify(before);
    state.canary = secret("d", "c");
    state.nowMs += UNKNOWN_KEY_REFRESH_SECONDS * 1000;
    expect(await verify(await canaryTokens(sources)())).toEqual({ accountId: CANARY_ACCOUNT });
    expect(await verify(before)).toEqual({ accountId: CANARY_ACCOUNT });
  });
});

describe("tokens of a provider", () => {
  const verifier = (set: HttpAnswer) => {
    const { state, sources } = world();
    state.keySet = set;
    return { state, verify: tokenVerifier(sources, provider) };
  };

  it("are verified with the provider's key set", async () => {
    const { verify } = verifier(keySet(["p", "p"]));
    expect(await verify(await provided("p"))).toEqual({ accountId: "acc-2" });
  });

  it.each([
    ["have another audience", () => provided("p", { aud: "elsewhere" })],
    ["have no audience", () => provided("p", { aud: undefined })],
    ["have an audience that is no text", () => provided("p", { aud: 5 } as never)],
    ["are of the canary account", () => provided("p", { sub: CANARY_ACCOUNT })],
    ["have an issuer with a slash at its end", () => provided("p", { iss: `${provider.issuer}/` })],
    ["were signed by the platform itself", () => sign("a")],
    ["were signed with a public key as a secret", () => sign("a", { iss: provider.issuer })],
  ])("are refused if they %s", async (_, make) => {
    await refused(verifier(keySet(["p", "p"])).verify(await make()));
  });

  it("may have several audiences", async () => {
    const { verify } = verifier(keySet(["p", "p"]));
    expect(await verify(await provided("p", { aud: ["x", "trading"] }))).toEqual({
      accountId: "acc-2",
    });
  });

  it("have no audience but a client if Cognito issued them as access tokens", async () => {
    const { verify } = verifier(keySet(["p", "p"]));
    const cognito = (claims: object) =>
      provided("p", {
        aud: undefined,
        token_use: "access",
        client_id: "trading",
        ...claims,
      });
    expect(await verify(await cognito({}))).toEqual({ accountId: "acc-2" });
    await refused(verify(await cognito({ client_id: "elsewhere" })));
    await refused(verify(await cognito({ token_use: "id" })));
    await refused(verify(await cognito({ aud: "elsewhere" })));
  });

  it.each<[string, [string, string?][]]>([
    [
      "two keys have one id",
      [
        ["q", "p"],
        ["p", "p"],
      ],
    ],
    ["keys have no id", [["q"], ["p"]]],
    ["one key has no id", [["q", "q"], ["p"]]],
  ])("are verified with each suitable key if %s", async (_, keys) => {
    const { verify } = verifier(keySet(...keys));
    expect(await verify(await provided("p"))).toEqual({ accountId: "acc-2" });
    expect(await verify(await provided("p", {}, { kid: undefined }))).toEqual({
      accountId: "acc-2",
    });
  });

  it("are verified with a key that was published a moment ago", async () => {
    const { state, verify } = verifier(keySet(["p", "p"]));
    await verify(await provided("p"));
    state.keySet = keySet(["p", "p"], ["q", "q"]);
    await refused(verify(await provided("q")));
    state.nowMs += UNKNOWN_KEY_REFRESH_SECONDS * 1000;
    expect(await verify(await provided("q"))).toEqual({ accountId: "acc-2" });
    for (let i = 0; i < 5; i++) await refused(verify(await provided("p", {}, { kid: "z" })));
    expect(state.reads).toEqual(["keySet", "keySet"]);
  });
});

/** All kinds of nonsense that a source of keys can answer. */
const nonsense = ["", "null", "{}", "[]", '{"keys":[]}', '{"keys":[{}]}', '{"keys":5}', "<html>"];
const modes = {
  "without a provider": {
    given: null,
    token: () => sign("a"),
    unknown: () => sign("z"),
    good: () => ({ client: secret("a") }),
    bad: (body: string) => ({ client: body }),
  },
  "with a provider": {
    given: provider,
    token: () => provided("p"),
    unknown: () => provided("p", {}, { kid: "z" }),
    good: () => ({ keySet: keySet(["p", "p"]) }),
    bad: (body: string) => ({ keySet: { status: 200, body } }),
  },
  "of canaries": {
    given: provider,
    token: () => canaryTokens(world().sources)(),
    unknown: () => sign("z", { iss: CANARY_ISSUER, sub: CANARY_ACCOUNT }),
    good: () => ({ canary: secret("c") }),
    bad: (body: string) => ({ canary: body }),
  },
};

describe.each(Object.entries(modes))("tokens %s", (_, { given, token, unknown, good, bad }) => {
  it.each(nonsense)("stay good while the source of keys answers %p", async (body) => {
    const { state, sources, log } = world();
    const verify = tokenVerifier(sources, given);
    Object.assign(state, good());
    await verify(await token());
    Object.assign(state, bad(body));
    state.nowMs += UNKNOWN_KEY_REFRESH_SECONDS * 1000;
    await refused(verify(await unknown()));
    expect(await verify(await token())).toHaveProperty("accountId");
    state.nowMs += KEY_REFRESH_SECONDS * 1000;
    expect(await verify(await token())).toHaveProperty("accountId");
    expect(log.errors).toHaveLength(2);
  });

  it.each(nonsense)(
    "are not refused but cannot be checked if the first answer is %p, and only for a moment",
    async (body) => {
      const { state, sources } = world();
      const verify = tokenVerifier(sources, given);
      Object.assign(state, bad(body));
      for (let i = 0; i < 3; i++) {
        const error: unknown = await verify(await token()).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(TokenError);
      }
      expect(state.reads).toHaveLength(1);
      Object.assign(state, good());
      state.nowMs += KEY_RETRY_SECONDS * 1000;
      expect(await verify(await token())).toHaveProperty("accountId");
    },
  );

  it("are good again soon after the source of keys had wrong keys of the right form", async () => {
    const { state, sources } = world();
    const verify = tokenVerifier(sources, given);
    const other = { given, client: secret("q"), canary: secret("q"), keySet: keySet(["q", "p"]) };
    Object.assign(state, other);
    await refused(verify(await token()));
    Object.assign(state, { client: secret("a"), canary: secret("c"), keySet: keySet(["p", "p"]) });
    state.nowMs += UNKNOWN_KEY_REFRESH_SECONDS * 1000;
    expect(await verify(await token())).toHaveProperty("accountId");
  });
});

it("canaries sign with the last good keys while their secret is nonsense", async () => {
  const { state, sources } = world();
  const sign = canaryTokens(sources);
  await sign();
  for (const text of [undefined, ...nonsense]) {
    state.canary = text;
    state.nowMs += KEY_REFRESH_SECONDS * 1000;
    await expect(sign()).resolves.toMatch(/^ey/);
  }
});
