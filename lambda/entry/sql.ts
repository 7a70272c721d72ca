import { Client } from "pg";
import type { DatabaseAddress, Runtime, Sql } from "../shared/runtime";
import {
  CONNECT_TIMEOUT_MS,
  CONNECTION_IDLE_MAX_MS,
  STATEMENT_TIMEOUT_MS,
} from "../shared/tunables";

export interface Credentials {
  user: string;
  password: string;
}

/**
 * A connection that is used again while it is warm and dropped on any error: a dead writer's
 * socket never resolves the endpoint anew.
 */
export function sqlWith(
  credentials: (address: DatabaseAddress) => Promise<Credentials>,
): Runtime["sql"] {
  return (address) => {
    let held: { client: Client; usedMs: number } | null = null;

    async function connect(): Promise<Client> {
      const client = new Client({
        host: address.endpoint,
        database: address.database,
        ...(await credentials(address)),
        ssl: true,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: STATEMENT_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
      });
      client.on("error", () => (held = null));
      await client.connect();
      return client;
    }

    async function drop(): Promise<void> {
      const client = held?.client;
      held = null;
      await client?.end().catch(() => undefined);
    }

    const sql: Sql = async <Row>(text: string, values: readonly unknown[]) => {
      if (held !== null && Date.now() - held.usedMs > CONNECTION_IDLE_MAX_MS) await drop();
      const client = held?.client ?? (await connect());
      held = { client, usedMs: Date.now() };
      try {
        // Without values the simple protocol takes a migration's several statements at once.
        const answer = await (values.length === 0
          ? client.query(text)
          : client.query(text, [...values]));
        return answer.rows as Row[];
      } catch (error) {
        await drop();
        throw error;
      }
    };
    return sql;
  };
}
