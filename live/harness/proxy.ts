import { type AddressInfo, type Socket, connect, createServer } from "node:net";

interface Pair {
  down: Socket;
  up: Socket;
  /** The server has forgotten it: whatever the client sends next is answered with a reset. */
  isForgotten: boolean;
}

/** A TCP proxy on the loopback that can fail as networks do. */
export class Proxy {
  /** New connections are accepted and lead nowhere, and open ones carry nothing. */
  isBlackHole = false;
  /** Answers of servers end after so many bytes, and their connection with them. */
  answerBytesMax = Infinity;
  /** Connections that clients have opened so far. */
  opened = 0;
  private readonly pairs = new Set<Pair>();
  private readonly server = createServer((down) => this.accept(down));

  constructor(private readonly target: number) {}

  /** @returns the port on the loopback. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      const { server } = this;
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  }

  private accept(down: Socket): void {
    this.opened++;
    const up = connect(this.target, "127.0.0.1");
    const pair: Pair = { down, up, isForgotten: false };
    this.pairs.add(pair);
    down
      .on("error", () => undefined)
      .on("close", () => {
        this.pairs.delete(pair);
        up.destroy();
      });
    up.on("error", () => undefined).on("close", () => {
      if (!pair.isForgotten) down.destroy();
    });
    down.on("data", (data) => {
      if (pair.isForgotten) down.resetAndDestroy();
      else if (!this.isBlackHole) up.write(data);
    });
    up.on("data", (data) => {
      if (this.isBlackHole) return;
      if (data.length <= this.answerBytesMax) down.write(data);
      else down.end(data.subarray(0, this.answerBytesMax));
    });
  }

  /** The server closes its open connections, as it does with idle ones. */
  finish(): void {
    for (const { down } of this.pairs) down.end();
  }

  /** The server forgets its open connections without a word: the next packet is answered by a reset. */
  forget(): void {
    this.each((pair) => pair.up.destroy());
  }

  /** What lies between forgets the open connections: no packet is ever answered. */
  silence(): void {
    this.each(({ down, up }) => {
      up.destroy();
      down.removeAllListeners("data").pause();
    });
  }

  /** Open connections are reset. */
  reset(): void {
    for (const { down } of this.pairs) down.resetAndDestroy();
  }

  stop(): void {
    this.reset();
    this.server.close();
  }

  private each(change: (pair: Pair) => void): void {
    for (const pair of this.pairs) {
      pair.isForgotten = true;
      change(pair);
    }
  }
}
