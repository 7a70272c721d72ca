import { Client, type QueryResult } from "pg";
import { within } from "../runtime/clock";
import type { DatabaseAddress, Runtime, Sql } from "../runtime/runtime";
import { CONNECT_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from "../runtime/tunables";
import { isIdleTooLong } from "./agents";
import { base } from "./base";

export interface Credentials {
  user: string;
  password: string;
}

/** Returns the credentials for a connection. The signal aborts after CONNECT_TIMEOUT_MS. */
export type CredentialsOf = (address: DatabaseAddress, signal: AbortSignal) => Promise<Credentials>;

/** A connection that is open or being opened. */
interface Held {
  readonly client: Promise<Client>;
  /** Resolves when all statements so far have been answered. Rejects with the first error. */
  free: Promise<Client>;
  /** Statements that have no answer yet. */
  waiting: number;
  /** When the last answer arrived. */
  answeredMs: number;
}

/**
 * Returns a database client that keeps one connection. The connection is reused while it is not idle
 * for too long, and closed after any error, because only a new connection resolves the endpoint
 * again. Concurrent statements are queued on the connection. If one fails, those behind it fail too.
 */
export function sqlWith(credentialsOf: CredentialsOf): Runtime["sql"] {
  return (address) => {
    const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, lockTimeoutMs } = address;
    let held: Held | null = null;

    async function connect(broken: () => void): Promise<Client> {
      const credentials = await within(
        base.clock,
        CONNECT_TIMEOUT_MS,
        "database credentials",
        (signal) => credentialsOf(address, signal),
      );
      const client = new Client({
        host: address.endpoint,
        database: address.database,
        ...credentials,
        ssl: true,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: statementTimeoutMs,
        statement_timeout: statementTimeoutMs,
        ...(lockTimeoutMs === undefined ? {} : { lock_timeout: lockTimeoutMs }),
      });
      // Without a listener, an error on an idle connection would end the process.
      client.on("error", broken);
      await client.connect();
      return client;
    }

    function hold(): Held {
      if (held?.waiting === 0 && isIdleTooLong(held.answeredMs)) drop(held);
      if (held !== null) return held;
      const client = connect(() => drop(opened));
      const opened: Held = { client, free: client, waiting: 0, answeredMs: 0 };
      return (held = opened);
    }

    /** Closes a connection, without waiting: a server that is silent never confirms the end. */
    function drop(dropped: Held): void {
      if (held !== dropped) return;
      held = null;
      dropped.client.then(close, () => undefined);
    }

    /** Without values, PostgreSQL's simple protocol accepts several statements, as migrations have. */
    function ask(client: Client, text: string, values: readonly unknown[]): Promise<QueryResult> {
      return values.length === 0 ? client.query(text) : client.query(text, [...values]);
    }

    const sql: Sql = async <Row>(text: string, values: readonly unknown[]) => {
      const used = hold();
      used.waiting++;
      const answered = used.free.then((client) => ask(client, text, values));
      used.free = answered.then(() => used.client);
      // The error reaches the caller through `answered`.
      used.free.catch(() => undefined);
      try {
        return (await answered).rows as Row[];
      } catch (error) {
        drop(used);
        throw error;
      } finally {
        used.waiting--;
        used.answeredMs = Date.now();
      }
    };
    return sql;
  };
}

/** Ends the session without waiting for the server. */
function close(client: Client): void {
  client.end().catch(() => undefined);
  client.connection.stream.destroy();
}
