import { TokenError } from "../../../lambda/auth/tokenError";
import { createAuthorizer } from "../../../lambda/handlers/authorizer";

describe("the authorizer", () => {
  const event = (authorizationToken: string) => ({
    authorizationToken,
    methodArn: "arn:aws:execute-api:us-east-1:123456789012:abc/prod/POST/orders",
  });
  const authorizer = (verdict: () => Promise<{ accountId: string }>) =>
    createAuthorizer({
      env: { AWS_REGION: "us-east-1", ENVIRONMENT: "dev" },
      clock: { nowMs: () => 0, timer: () => () => undefined },
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

  it.each(["bearer t", "BEARER t", "Bearer  t"])("reads the token of %p", async (header) => {
    const asked: string[] = [];
    const authorizer = createAuthorizer({
      env: { AWS_REGION: "us-east-1", ENVIRONMENT: "dev" },
      clock: { nowMs: () => 0, timer: () => () => undefined },
      write: () => undefined,
      verifyToken: (token) => {
        asked.push(token);
        return Promise.resolve({ accountId: "acc-1" });
      },
    });
    expect(await authorizer(event(header))).toMatchObject({ principalId: "acc-1" });
    expect(asked).toEqual(["t"]);
  });

  it.each(["t", "Basic t", "Bearer", "Bearer ", "Bearert", "Bearer a b"])(
    "denies %p",
    async (header) => {
      const any = authorizer(() => Promise.resolve({ accountId: "acc-1" }));
      expect(await any(event(header))).toEqual(denied);
    },
  );

  it.each([
    ["POST/orders", true],
    ["POST/canary-orders", true],
    ["GET/orders/1", false],
  ])("counts %s as a failed order: %p, if its token could not be checked", async (path, counts) => {
    const lines: string[] = [];
    const cold = createAuthorizer({
      env: { AWS_REGION: "us-east-1", ENVIRONMENT: "dev" },
      clock: { nowMs: () => 0, timer: () => () => undefined },
      write: (line) => void lines.push(line),
      verifyToken: () => Promise.reject(new Error("no keys")),
    });
    const methodArn = `arn:aws:execute-api:us-east-1:123456789012:abc/prod/${path}`;
    await expect(cold({ authorizationToken: "Bearer t", methodArn })).rejects.toThrow("no keys");
    expect(lines.some((line) => line.includes('"OrdersFailed":1'))).toBe(counts);
  });

  it("denies an invalid token and throws if a token could not be checked", async () => {
    const refused = authorizer(() => Promise.reject(new TokenError("expired")));
    expect(await refused(event("Bearer t"))).toEqual(denied);
    const down = authorizer(() => Promise.reject(new Error("down")));
    await expect(down(event("Bearer t"))).rejects.toThrow(/^down$/);
  });
});
