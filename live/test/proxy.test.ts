import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { Proxy } from "../harness/proxy";

let server: Server;
let proxy: Proxy;
let client: Socket;

/** A server that answers with what it is sent. */
beforeEach(async () => {
  server = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = new Proxy((server.address() as AddressInfo).port);
  client = connect(await proxy.listen(), "127.0.0.1");
  await once(client, "connect");
  expect(await answer()).toBe("hello");
});

afterEach(() => {
  client.destroy();
  proxy.stop();
  server.close();
});

/** What is answered, or why the connection ended; `silence` where nothing happens. */
function answer(): Promise<string> {
  client.removeAllListeners().write("hello");
  return new Promise((resolve) => {
    client
      .on("data", (data) => resolve(data.toString()))
      .on("error", (error: NodeJS.ErrnoException) => resolve(error.code!))
      .on("end", () => resolve("end"));
    setTimeout(() => resolve("silence"), 200);
  });
}

describe("a proxy", () => {
  it("can carry nothing, and go on", async () => {
    proxy.isBlackHole = true;
    expect(await answer()).toBe("silence");
    proxy.isBlackHole = false;
    expect(await answer()).toBe("hello");
  });

  it("can close its open connections", async () => {
    proxy.finish();
    expect(await answer()).toBe("end");
  });

  it("can forget its open connections: the next packet is answered by a reset", async () => {
    proxy.forget();
    expect(await answer()).toBe("ECONNRESET");
  });

  it("can leave its open connections without an answer", async () => {
    proxy.silence();
    expect(await answer()).toBe("silence");
  });

  it("counts the connections that clients open", () => {
    expect(proxy.opened).toBe(1);
  });
});
