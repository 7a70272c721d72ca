import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { tokenVerifier } from "../../lambda/auth/tokens";
import { createToken } from "../../scripts/token";
import { FakeCli } from "./fakes";
import { noLog } from "../helpers/logs";

const SECRET_ARN =
  "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev-token-keys-use1-AbCdEf";
const keys = {
  keys: [
    { kid: "first", key: "a".repeat(64) },
    { kid: "second", key: "b".repeat(64) },
  ],
};
const nowMs = () => Date.UTC(2026, 0, 5);
const secrets = mockClient(SecretsManagerClient);

const portsWith = (outputs: object) => ({
  cli: new FakeCli({ "pulumi stack output --json --stack dev": JSON.stringify(outputs) }),
  secrets: (region: string) => new SecretsManagerClient({ region }),
  nowMs,
});

beforeEach(() => {
  secrets.reset();
  secrets
    .on(GetSecretValueCommand, { SecretId: SECRET_ARN })
    .resolves({ SecretString: JSON.stringify(keys) });
});

describe("a token for trying the API", () => {
  test("is accepted by the authorizer, for the account that was asked for", async () => {
    const token = await createToken(portsWith({ tokenSecretArn: SECRET_ARN }), "dev", "account-1");
    const sources = {
      clientKeys: () => Promise.resolve(JSON.stringify(keys)),
      canaryKeys: () => Promise.reject(new Error("no canary here")),
      keySet: () => Promise.reject(new Error("there is no provider")),
      log: noLog,
    };
    const at = (ms: number) => tokenVerifier({ ...sources, nowMs: () => ms }, null);
    await expect(at(nowMs() + 3_599_000)(token)).resolves.toEqual({ accountId: "account-1" });
    await expect(at(nowMs() + 3_661_000)(token)).rejects.toThrow("exp");
  });

  test.each(["canary", "", "two words", "sub-abc"])(
    "is refused for the account %j",
    async (account) => {
      const created = createToken(portsWith({ tokenSecretArn: SECRET_ARN }), "dev", account);
      await expect(created).rejects.toThrow(`got the account "${account}"; allowed are 1 to 64`);
    },
  );

  test("is refused for a stack that has no secret yet", async () => {
    await expect(createToken(portsWith({}), "dev", "account-1")).rejects.toThrow("pulumi up");
  });
});
