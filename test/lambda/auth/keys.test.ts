import { exportJWK, generateKeyPair, type JWK } from "jose";
import { readKeySet, readOwnKeys } from "../../../lambda/auth/keys";

const long = "k".repeat(32);
const secret = (keys: unknown) => JSON.stringify({ keys });

describe("a secret of own keys", () => {
  it("holds at least one key with an id", () => {
    expect(readOwnKeys(secret([{ kid: "a", key: long }]))).toEqual([
      { kid: "a", key: Buffer.from(long) },
    ]);
  });

  it.each([
    undefined,
    "",
    long,
    "null",
    "[]",
    "{}",
    `{"keys":{"kid":"a","key":"${long}"}}`,
    secret([]),
    secret([null]),
    secret([{ key: long }]),
    secret([{ kid: "", key: long }]),
    secret([{ kid: 1, key: long }]),
    secret([{ kid: "a", key: long.slice(1) }]),
    secret([{ kid: "a", key: 5 }]),
    secret([{ kid: "a", key: long, more: 1 }]),
    secret([{ kid: "a", key: long }, {}]),
    JSON.stringify({ keys: [{ kid: "a", key: long }], more: 1 }),
    secret(Array.from({ length: 51 }, () => ({ kid: "a", key: long }))),
    secret([{ kid: "a", key: long }]).slice(0, -1),
  ])("that is nonsense cannot be read, and the error does not quote it: %p", (text) => {
    expect(() => readOwnKeys(text)).toThrow(/^a key secret must hold /);
    expect(() => readOwnKeys(text)).not.toThrow(/kkkk/);
  });
});

describe("a provider's key set", () => {
  let rsa: JWK;
  let small: JWK;
  beforeAll(async () => {
    const pairs = await Promise.all([
      generateKeyPair("RS256", { extractable: true }),
      crypto.subtle.generateKey(
        {
          name: "RSASSA-PKCS1-v1_5",
          modulusLength: 1024,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash: "SHA-256",
        },
        true,
        ["sign", "verify"],
      ),
    ]);
    [rsa, small] = (await Promise.all(pairs.map((pair) => exportJWK(pair.publicKey)))) as [
      JWK,
      JWK,
    ];
  });
  const answer = (keys: unknown) => ({ status: 200, body: JSON.stringify({ keys }) });
  const kids = async (keys: unknown) => (await readKeySet(answer(keys))).map(({ kid }) => kid);

  it("is read with the keys that verify RS256 tokens", async () => {
    expect(
      await kids([
        { ...rsa, kid: "a" },
        { ...rsa, kid: "b", use: "sig", alg: "RS256", key_ops: ["verify"], x5t: "more" },
        { ...rsa, kid: "c", use: "enc" },
        { ...rsa, kid: "d", alg: "RS512" },
        { ...rsa, kid: "e", key_ops: ["encrypt"] },
        { ...small, kid: "f" },
        { kty: "EC", kid: "g", crv: "P-256", x: "x", y: "y" },
        { kty: "later", kid: "h" },
        rsa,
      ]),
    ).toEqual(["a", "b", undefined]);
  });

  it.each([
    ["no keys", () => []],
    ["keys for other purposes alone", () => [{ ...rsa, use: "enc" }]],
    ["a key that is too small alone", () => [small]],
    ["a key that is null", () => [rsa, null]],
    ["a key without a type", () => [rsa, { kid: "a" }]],
    ["a key id that is no text", () => [{ ...rsa, kid: 5 }]],
    ["a key without a modulus", () => [rsa, { kty: "RSA", e: "AQAB" }]],
    ["a modulus that is no text", () => [rsa, { ...rsa, n: 5 }]],
    ["a modulus that is no number", () => [rsa, { ...rsa, n: "ä" }]],
    ["keys that are no list", () => rsa],
    ["too many keys", () => Array.from({ length: 51 }, () => rsa)],
  ])("with %s is a failed read", async (_, keys) => {
    await expect(readKeySet(answer(keys()))).rejects.toThrow(/^the provider's /);
  });

  it.each(["", "null", "[]", "{}", '"keys"', "<html>busy</html>", '{"keys":', '{"error":"busy"}'])(
    "that is %p is a failed read",
    async (body) => {
      await expect(readKeySet({ status: 200, body })).rejects.toThrow(/not a JSON Web Key Set$/);
    },
  );

  it.each([204, 301, 302, 307, 404, 429, 500])(
    "with the status %d is a failed read",
    async (status) => {
      const { body } = answer([rsa]);
      await expect(readKeySet({ status, body })).rejects.toThrow(`answered ${status}`);
    },
  );
});
