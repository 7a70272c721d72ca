import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Client } from "pg";
import type { Sql } from "../../lambda/runtime/runtime";

export interface Postgres {
  /** One autocommitted statement on a connection of its own, as handlers are promised. */
  sql: (user?: string) => Sql;
  connect: (user?: string) => Promise<Client>;
  stop: () => Promise<void>;
}

/** Starts `postgresServer.mjs`; rejects with what it printed when it ends before it is ready. */
export async function startPostgres(): Promise<Postgres> {
  const server = spawn(process.execPath, [join(__dirname, "postgresServer.mjs")], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  server.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk.toString())));
    server.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}: ${errors}`)));
  });
  const connect = async (user = "postgres") => {
    const client = new Client({ host: "127.0.0.1", port, database: "postgres", user });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const sqlOf =
    (user?: string): Sql =>
    async <Row>(text: string, values: readonly unknown[]) => {
      const client = await connect(user);
      try {
        const answer = await (values.length === 0
          ? client.query(text)
          : client.query(text, [...values]));
        return answer.rows as Row[];
      } finally {
        await client.end();
      }
    };
  const stop = async () => {
    const ended = once(server, "exit");
    server.stdin.end();
    await ended;
  };
  return { sql: sqlOf, connect, stop };
}
