import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { explain, isSilence, timeouts } from "../../../scripts/dr/aws";

describe("the clients of dr", () => {
  let server: Server;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    server = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  it("give up where a lost region takes the connection and never answers", async () => {
    const client = new STSClient({
      region: "us-east-1",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "id", secretAccessKey: "secret" },
      maxAttempts: 1,
      ...timeouts(50),
    });
    const [asked] = await Promise.allSettled([client.send(new GetCallerIdentityCommand({}))]);
    const reason: unknown = asked.status === "rejected" ? asked.reason : undefined;
    expect(isSilence(reason)).toBe(true);
    expect(explain(reason)).toMatch(/^no answer: a request has exceeded the configured 50 ms/);
  });

  it("say so where an answer gives no reason", () => {
    const error = Object.assign(new Error("UnknownError"), { $metadata: { httpStatusCode: 400 } });
    expect(explain(error)).toBe("the answer gives no reason (HTTP 400)");
  });
});
