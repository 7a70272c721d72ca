import type { Client } from "pg";
import type { Sql } from "../../lambda/runtime/runtime";
import { startPostgres as startServer } from "../../support/postgres/postgres";

export interface Postgres {
  /** One autocommitted statement on a connection of its own, as handlers are promised. */
  sql: (user?: string) => Sql;
  connect: (user?: string) => Promise<Client>;
  stop: () => Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  const { connect, stop } = await startServer();
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
  return { sql: sqlOf, connect, stop };
}
