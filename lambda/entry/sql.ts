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

/** One connection, on its way or there. */
interface Held {
  readonly client: Promise<Client>;
  /** Once everything that was asked of it has been answered; rejected with what failed. */
  free: Promise<Client>;
  usedMs: number;
}

/**
 * A connection that is used again while it is warm and dropped on any error: a dead writer's
 * socket never resolves the endpoint anew. Statements side by side wait for one another: a
 * connection of its own for each would be left open by all but the last. With one that fails those
 * behind it fail.
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
      // Without a listener a connection that breaks while idle would end the process.
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

    async function drop(dropped: Held): Promise<void> {
      if (held !== dropped) return;
      held = null;
      await dropped.client.then((client) => client.end()).catch(() => undefined);
    }

    /** Without values the simple protocol takes a migration's several statements at once. */
    function ask(client: Client, text: string, values: readonly unknown[]): Promise<QueryResult> {
      return values.length === 0 ? client.query(text) : client.query(text, [...values]);
    }

    const sql: Sql = async <Row>(text: string, values: readonly unknown[]) => {
      const used = hold();
      const answered = used.free.then((client) => ask(client, text, values));
      used.free = answered.then(() => used.client);
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
