import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { TokenError } from "../../../lambda/auth/tokenError";
import type { VerifyToken } from "../../../lambda/runtime/runtime";

/** A provider of keys on this machine, which answers as a test wants. */
let provider: Server;
let answer: RequestListener;
let asked: string[];
let issuer: string;
let privateKey: CryptoKey;
let keySet: string;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256");
  privateKey = pair.privateKey;
  keySet = JSON.stringify({ keys: [await exportJWK(pair.publicKey)] });
  provider = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => provider.close(resolve)));

/** The verifier of a new execution environment, which has no keys yet. */
async function coldVerifier(): Promise<VerifyToken> {
  asked = [];
  const env = { AUTH_ISSUER: issuer, AUTH_AUDIENCE: "trading" };
  Object.assign(process.env, env, { AWS_REGION: "us-east-1", ENVIRONMENT: "test" });
  let verify: VerifyToken | undefined;
  await jest.isolateModulesAsync(async () => {
    ({ verifyToken: verify } = await import("../../../lambda/entry/verifyToken"));
  });
  return verify!;
}

const token = () =>
  new SignJWT({ sub: "acc-1", aud: "trading", iss: issuer })
    .setProtectedHeader({ alg: "RS256" })
    .setExpirationTime("1 minute")
    .sign(privateKey);

const outcomeOf = (verdict: Promise<unknown>) => verdict.catch((error: Error) => error);

it("a token is verified with the key set that is published below the issuer", async () => {
  answer = (_, response) => void response.end(keySet);
  const verify = await coldVerifier();
  expect(await verify(await token())).toEqual({ accountId: "acc-1" });
  expect(asked).toEqual(["/.well-known/jwks.json"]);
});

it.each<[string, RequestListener, RegExp]>([
  [
    "a redirect, even to a good key set",
    (request, response) => {
      if (request.url === "/elsewhere") return void response.end(keySet);
      response.writeHead(302, { Location: `${issuer}/elsewhere` }).end(keySet);
    },
    /answered 302/,
  ],
  [
    "a key set that goes on for megabytes",
    (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(" ".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    },
    /the body has more than/,
  ],
  ["a closed connection", (request) => void request.socket.destroy(), /socket hang up|ECONNRESET/],
  ["half a key set", (_, response) => void response.end(keySet.slice(0, -5)), /not a JSON Web Key/],
])("%s is a failed read, which further tokens do not repeat", async (_, refuse, message) => {
  answer = refuse;
  const verify = await coldVerifier();
  for (let n = 0; n < 3; n++) {
    const error = (await outcomeOf(verify(await token()))) as Error;
    expect(error.message).toMatch(message);
    expect(error).not.toHaveProperty("name", TokenError.name);
  }
  expect(asked).toEqual(["/.well-known/jwks.json"]);
});
