import { type Socket, createSocket } from "node:dgram";

/** A log line of a function, as it writes it; or, with the source `invocation`, an event it gets. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly region: string;
  readonly source: string;
  readonly message: string;
};

/** Receives the functions' log lines as they are written. */
export class Logs {
  private readonly listeners = new Set<(line: LogLine) => void>();

  private constructor(private readonly socket: Socket) {
    socket.on("message", (text) => {
      // A line may be cut in pieces.
      for (const line of text.toString().split("\n").map(parsed)) {
        if (line !== undefined) this.listeners.forEach((listen) => listen(line));
      }
    });
  }

  static async listen(): Promise<Logs> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new Logs(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  onLine(listen: (line: LogLine) => void): void {
    this.listeners.add(listen);
  }

  stop(): void {
    this.socket.close();
  }
}

function parsed(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
