import { explain, isSilence } from "../../../scripts/dr/aws";
import { createRest } from "../../../scripts/dr/rest";

/** What botocore's SigV4Auth gives for the same requests, with the same credentials and time. */
const POSTED = "c85b0acb0fe8ba4be9e69fccadbb7e6d40d3c0b21a7d6db729d497ed4c19bf81";
const QUERIED = "85a8bf2c0a62cd0fda6150d7a608395cd0bb65056a81312d801fb3c97c3be50b";

describe("a signed request", () => {
  const credentials = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
  const before = { ...process.env };
  let sent: jest.SpiedFunction<typeof fetch>;

  beforeEach(() => {
    Object.assign(process.env, credentials);
    delete process.env["AWS_SESSION_TOKEN"];
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 1), doNotFake: ["setImmediate", "nextTick"] });
    sent = jest.spyOn(globalThis, "fetch");
  });
  afterEach(() => {
    process.env = before;
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const answers = (status: number, body: string, headers: Record<string, string> = {}) =>
    sent.mockImplementation(() => Promise.resolve(new Response(body, { status, headers })));
  const signature = () => {
    const [, init] = sent.mock.calls[0]!;
    return (init!.headers as Record<string, string>)["authorization"];
  };

  it.each([
    [{ method: "POST", path: "/experiments", body: { clientToken: "a" } } as const, "", POSTED],
    [
      { method: "GET", path: "/experiments", query: { experimentTemplateId: "EXT1" } } as const,
      "?experimentTemplateId=EXT1",
      QUERIED,
    ],
  ])("to %j has the signature that botocore makes", async (request, search, expected) => {
    answers(200, '{"experiment":{}}');
    expect(await createRest("fis", "us-east-1")(request)).toEqual({ experiment: {} });
    const [url] = sent.mock.calls[0]!;
    expect((url as URL).href).toBe(`https://fis.us-east-1.amazonaws.com/experiments${search}`);
    expect(signature()).toContain(
      "Credential=AKIDEXAMPLE/20260101/us-east-1/fis/aws4_request, " +
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, ",
    );
    expect(signature()).toContain(`Signature=${expected}`);
  });

  it("fails with AWS's name of the error, which dr explains", async () => {
    answers(403, '{"message":"not you"}', { "x-amzn-errortype": "AccessDeniedException:http" });
    const call = createRest("fis", "us-east-1")({ method: "DELETE", path: "/experiments/E" });
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(explain(error)).toBe("these credentials may not do it: not you");
  });

  it("says which status was answered if AWS names no error", async () => {
    answers(502, "<html>");
    const call = createRest("fis", "us-east-1")({ method: "GET", path: "/experiments/E" });
    await expect(call).rejects.toMatchObject({ name: "HTTP 502", message: "<html>" });
  });

  it("counts as silence when nobody answers", async () => {
    const cause = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    sent.mockRejectedValue(new TypeError("fetch failed", { cause }));
    const call = createRest("fis", "us-east-1")({ method: "GET", path: "/experiments/E" });
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(isSilence(error)).toBe(true);
    expect(explain(error)).toBe("no answer: fis.us-east-1.amazonaws.com: getaddrinfo ENOTFOUND");
  });
});
