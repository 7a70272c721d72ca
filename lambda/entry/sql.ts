import { Client, type QueryResult } from "pg";
import type { DatabaseAddress, Runtime, Sql } from "../runtime/runtime";
import {
  CONNECTION_IDLE_MAX_MS,
  CONNECT_TIMEOUT_MS,
  STATEMENT_TIMEOUT_MS,
} from "../runtime/tunables";

export interface Credentials {
  user: string;
  password: string;
}

/** A connection that is open or being opened. */
interface Held {
  readonly client: Promise<Client>;
  /** Resolves when all statements so far have been answered. Rejects with the first error. */
  free: Promise<Client>;
  usedMs: number;
}

/**
 * Returns a database client that keeps one connection. The connection is reused while it is not idle
 * for too long, and closed after any error, because only a new connection resolves the endpoint
 * again. Concurrent statements are queued on the connection. If one fails, those behind it fail too.
 */
export function sqlWith(
  credentials: (address: DatabaseAddress) => Promise<Credentials>,
): Runtime["sql"] {
  return (address) => {
    let held: Held | null = null;

    async function connect(broken: () => void): Promise<Client> {
      const client = new Client({
        host: address.endpoint,
        database: address.database,
        ...(await credentials(address)),
        ssl: true,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: STATEMENT_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
      });
      // Without a listener, an error on an idle connection would end the process.
      client.on("error", broken);
      await client.connect();
      return client;
    }

    function hold(): Held {
      const nowMs = Date.now();
      if (held !== null && nowMs - held.usedMs > CONNECTION_IDLE_MAX_MS) void drop(held);
      if (held !== null) {
        held.usedMs = nowMs;
        return held;
      }
      const client = connect(() => void drop(opened));
      const opened: Held = { client, free: client, usedMs: nowMs };
      return (held = opened);
    }

    /** Closes a connection. Errors are ignored: opening has failed already, or it is broken anyway. */
    async function drop(dropped: Held): Promise<void> {
      if (held !== dropped) return;
      held = null;
      await dropped.client.then((client) => client.end()).catch(() => undefined);
    }

    /** Without values, PostgreSQL's simple protocol accepts several statements, as migrations have. */
    function ask(client: Client, text: string, values: readonly unknown[]): Promise<QueryResult> {
      return values.length === 0 ? client.query(text) : client.query(text, [...values]);
    }

    const sql: Sql = async <Row>(text: string, values: readonly unknown[]) => {
      const used = hold();
      const answered = used.free.then((client) => ask(client, text, values));
      used.free = answered.then(() => used.client);
      // The error reaches the caller through `answered`.
      used.free.catch(() => undefined);
      try {
        return (await answered).rows as Row[];
      } catch (error) {
        await drop(used);
        throw error;
      }
    };
    return sql;
  };
}
