import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Client } from "pg";

/** Files of a certificate and its private key. */
export interface TlsFiles {
  certificate: string;
  key: string;
}

interface ServerSettings {
  database: string;
  /** Absent: the server accepts plain connections only. */
  tls?: TlsFiles;
}

/** A PostgreSQL server on the loopback. It asks nobody for a password. */
export interface PostgresServer {
  port: number;
  /** Connects as `postgres` to the database of the settings, unless told otherwise. */
  connect: (user?: string, database?: string) => Promise<Client>;
  stop: () => Promise<void>;
}

/** Starts `server.mjs`; rejects with what it printed when it ends before it is ready. */
export async function startPostgres(
  settings: ServerSettings = { database: "postgres" },
): Promise<PostgresServer> {
  const script = join(__dirname, "server.mjs");
  const server = spawn(process.execPath, [script, JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  server.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk.toString())));
    server.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}: ${errors}`)));
  });
  const connect = async (user = "postgres", database = settings.database) => {
    const client = new Client({ host: "127.0.0.1", port, database, user });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const stop = async () => {
    const ended = once(server, "exit");
    server.stdin.end();
    await ended;
  };
  return { port, connect, stop };
}
