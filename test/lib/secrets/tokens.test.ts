import { canaryTokens, tokenVerifier } from "../../../lambda/auth/tokens";
import { CANARY_ACCOUNT } from "../../../lambda/auth/tunables";
import { type Program, loadProgram, setOtherwise } from "../../helpers/program";
import { noLog } from "../../helpers/logs";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

interface Keys {
  keys: { kid: string; key: string }[];
}

const secrets = { tokens: "token-keys", "tokens-canary": "canary-keys" };
const names = Object.keys(secrets) as (keyof typeof secrets)[];
const version = (name: string) => program.one("secretsmanager/secretVersion", name);
const textOf = (name: string) => String(version(name).inputs.secretString);
const keysOf = (name: string) => (JSON.parse(textOf(name)) as Keys).keys;

describe.each(names)("the secret %s", (name) => {
  test("has a replica in the standby region", () => {
    expect(program.one("secretsmanager/secret", name).inputs).toEqual({
      name: `dev-${secrets[name]}-use1`,
      description: expect.any(String) as string,
      recoveryWindowInDays: 0,
      forceOverwriteReplicaSecret: true,
      replicas: [{ region: "us-east-2" }],
    });
  });

  test("holds two keys, long enough for HS256", () => {
    expect(keysOf(name).map(({ kid }) => kid)).toEqual(["initial-a", "initial-b"]);
    for (const { key } of keysOf(name)) expect(key).toMatch(/^[0-9a-zA-Z]{64}$/);
  });

  test("is a secret in the state, and operators' rotation is left alone", () => {
    expect(version(name).secretInputs).toEqual(["secretString"]);
    expect(version(name).ignoreChanges).toEqual(["secretString", "versionStages"]);
  });
});

test("no two keys are equal", () => {
  const keys = names.flatMap((name) => keysOf(name).map(({ key }) => key));
  expect(new Set(keys).size).toBe(keys.length);
});

test("the authorizer's code accepts tokens that the canary's code signs with its keys", async () => {
  const sources = {
    canaryKeys: () => Promise.resolve(textOf("tokens-canary")),
    clientKeys: () => Promise.resolve(textOf("tokens")),
    keySet: () => Promise.reject(new Error("no provider here")),
    log: noLog,
    nowMs: () => Date.parse("2026-01-01T00:00:00Z"),
  };
  const token = await canaryTokens(sources)();
  for (const provider of [null, { issuer: "https://login.example.com", audience: "trading" }]) {
    await expect(tokenVerifier(sources, provider)(token)).resolves.toEqual({
      accountId: CANARY_ACCOUNT,
    });
  }
});

/** Names of the roles that may read a secret or its replica, and the region of what they read. */
function readersOf(read: Program, name: string): string[] {
  const home = String(read.one("secretsmanager/secret", name).state.arn);
  const arns = { home, standby: home.replace("us-east-1", "us-east-2") };
  return read
    .all("iam/rolePolicy")
    .flatMap(({ name: role, inputs }) =>
      Object.entries(arns).flatMap(([where, secretArn]) =>
        String(inputs.policy).includes(secretArn) ? [`${role} ${where}`] : [],
      ),
    )
    .sort();
}

describe("least privilege", () => {
  const authorizers = ["authorizer-use1 home", "authorizer-use2 standby"];

  test("only the authorizers read the keys of clients' tokens, each its own region's copy", () => {
    expect(readersOf(program, "tokens")).toEqual(authorizers);
  });

  test("nobody reads them if clients' tokens come from a provider", async () => {
    const provided = await loadProgram(setOtherwise);
    expect(readersOf(provided, "tokens")).toEqual([]);
    expect(readersOf(provided, "tokens-canary")).toEqual(readersOf(program, "tokens-canary"));
  });

  test("those who place canary orders, and the authorizers, read the canaries' keys", () => {
    expect(readersOf(program, "tokens-canary")).toEqual([
      ...authorizers,
      "failoverOrchestrator-use1 home",
      "failoverOrchestrator-use2 standby",
      "sentinel-use2 standby",
      "synthetics-use1-order home",
      "synthetics-use2-order standby",
    ]);
  });

  test("functions that read keys are created after the keys are in the secret", () => {
    const variables = { TOKEN_SECRET_ARN: "tokens", CANARY_SECRET_ARN: "tokens-canary" };
    for (const [variable, name] of Object.entries(variables)) {
      const readers = program
        .all("lambda/function")
        .filter((each) => variable in program.environmentOf(each.name));
      expect(readers).not.toEqual([]);
      for (const reader of readers) {
        expect(program.waitsFor(reader).has(version(name).urn)).toBe(true);
      }
    }
  });
});
