import { type OwnKeys, canaryTokens, tokenVerifier } from "../../../lambda/auth/tokens";
import { CANARY_ACCOUNT, OWN_ISSUER } from "../../../lambda/auth/tunables";
import { type Program, arn, loadProgram, regions } from "../../helpers/program";
import { noLog } from "../../helpers/logs";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const version = () => program.one("secretsmanager/secretVersion", "tokens");
const keys = () => JSON.parse(String(version().inputs.secretString)) as OwnKeys;

test("there is one secret, with a replica in the standby region", () => {
  expect(program.one("secretsmanager/secret", "tokens").inputs).toEqual({
    name: "dev-token-keys-use1",
    description: expect.any(String) as string,
    recoveryWindowInDays: 0,
    forceOverwriteReplicaSecret: true,
    replicas: [{ region: "us-east-2" }],
  });
});

test("there are two different keys, long enough for HS256", () => {
  const [first, second, ...more] = keys().keys;
  expect(more).toEqual([]);
  expect([first!.kid, second!.kid]).toEqual(["initial-a", "initial-b"]);
  expect(new Set([first!.key, second!.key]).size).toBe(2);
  for (const { key } of keys().keys) expect(key).toMatch(/^[0-9a-zA-Z]{64}$/);
});

test("the text is a secret, and operators' rotation is left alone", () => {
  expect(version().secretInputs).toEqual(["secretString"]);
  expect(version().ignoreChanges).toEqual(["secretString"]);
});

test("the authorizer's code accepts tokens that the canary's code signs with these keys", async () => {
  const sources = {
    ownKeys: () => Promise.resolve(keys()),
    keySet: () => Promise.reject(new Error("no provider here")),
    log: noLog,
    nowMs: () => Date.parse("2026-01-01T00:00:00Z"),
  };
  const token = await canaryTokens(sources)();
  const header = JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString()) as object;
  expect(header).toEqual({ alg: "HS256", kid: "initial-a" });
  expect(token.split(".")[1]).toBeTruthy();
  for (const provider of [null, { issuer: "https://login.example.com", audience: "trading" }]) {
    await expect(tokenVerifier(sources, provider)(token)).resolves.toEqual({
      accountId: CANARY_ACCOUNT,
    });
  }
  expect(OWN_ISSUER).toBe("trading-platform");
});

test.each(regions)(
  "functions and canaries in %s may read only that region's copy of the keys",
  (token, region) => {
    const secretArn = String(program.one("secretsmanager/secret", "tokens").state.arn);
    const own = secretArn.replace("us-east-1", region);
    expect(own.startsWith(arn("secretsmanager", region, "secret:dev-token-keys-use1-"))).toBe(true);
    const holders = program
      .all("lambda/function")
      .filter(({ name }) => "TOKEN_SECRET_ARN" in program.environmentOf(name))
      .filter((each) => each.region === region);
    expect(holders.map(({ name }) => name).sort()).toEqual(
      [
        `authorizer-${token}`,
        `failoverOrchestrator-${token}`,
        ...(token === "use2" ? ["sentinel-use2"] : []),
      ].sort(),
    );
    for (const { name } of holders) {
      expect(program.environmentOf(name).TOKEN_SECRET_ARN).toBe(own);
      expect(program.rightsOf(name).TokenSecret).toEqual([
        ["secretsmanager:GetSecretValue"],
        [own],
      ]);
      // Keys are in the secret before anybody asks for them.
      expect(program.waitsFor(program.one("lambda/function", name)).has(version().urn)).toBe(true);
    }
  },
);
