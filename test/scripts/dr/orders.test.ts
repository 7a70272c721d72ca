import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { tokenVerifier } from "../../../lambda/auth/tokens";
import { dr } from "../../../scripts/dr/main";
import { noLog } from "../../helpers/logs";
import { FakeTools, HOME, NOW_MS, STANDBY } from "./fakeTools";

const SecretString = JSON.stringify({ keys: [{ kid: "a", key: "k".repeat(64) }] });
const state = (status: string) => ({
  status: 200,
  body: JSON.stringify({ orderId: "x", status, acceptedAt: "2026-01-01T00:00:00.000Z" }),
});

describe("dr token and dr order", () => {
  let tools: FakeTools;
  beforeEach(() => {
    tools = new FakeTools();
    for (const region of [HOME, STANDBY]) {
      tools.inRegion(region).secrets.on(GetSecretValueCommand).resolves({ SecretString });
    }
  });

  /** The API: `answers` are used up one by one, the last stays. */
  function api(answers: Record<"POST" | "GET", { status: number; body?: string }[]>) {
    tools.http = ({ method }) => {
      const list = answers[method as "POST" | "GET"];
      const { status, body = "{}" } = list.length > 1 ? list.shift()! : list[0]!;
      return Promise.resolve({ status, body });
    };
  }
  const run = (...args: string[]) => dr([...args, "--stack", "dev"], () => tools);

  it("token is accepted by the authorizer, and signed with the standby's copy of the keys", async () => {
    const { exitCode, out } = await run("token", "--account", "account-1");
    expect(exitCode).toBe(0);
    const sources = {
      clientKeys: () => Promise.resolve(SecretString),
      canaryKeys: () => Promise.reject(new Error("no canary here")),
      keySet: () => Promise.reject(new Error("there is no provider")),
      log: noLog,
    };
    const at = (seconds: number) =>
      tokenVerifier({ ...sources, nowMs: () => NOW_MS + seconds * 1000 }, null);
    const token = out.trim();
    await expect(at(3599)(token)).resolves.toEqual({ accountId: "account-1" });
    await expect(at(3661)(token)).rejects.toThrow("exp");
    expect(tools.inRegion(HOME).secrets.calls()).toEqual([]);
  });

  it.each(["canary", "sub-x", "a b", ""])("token refuses the account %j", async (account) => {
    const { exitCode, error } = await run("token", "--account", account);
    expect(exitCode).toBe(2);
    expect(error).toContain(`got the account "${account}"; allowed are 1 to 64 letters`);
  });

  it("order retries with the same id until it is accepted, and follows it", async () => {
    api({
      POST: [{ status: 503 }, { status: 429 }, { status: 202 }],
      GET: [state("ACCEPTED"), state("SETTLED")],
    });
    const { exitCode, out } = await run("order", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ data: { status: "SETTLED" } });
    expect(tools.said.slice(0, 2)).toEqual([
      "dr: 503, retrying the same order",
      "dr: 429, retrying the same order",
    ]);
  });

  it("order reports a refusal with the API's own words", async () => {
    api({ POST: [{ status: 400, body: '{"error":"invalid order"}' }], GET: [] });
    const { exitCode, error } = await run("order");
    expect(exitCode).toBe(1);
    expect(error).toContain('the API answered 400: {"error":"invalid order"}');
  });

  it("order ends with 3 if it is not settled in five minutes", async () => {
    api({ POST: [{ status: 202 }], GET: [state("ACCEPTED")] });
    const { exitCode, out } = await run("order");
    expect(exitCode).toBe(3);
    expect(out).toContain("is accepted and not settled");
  });
});
