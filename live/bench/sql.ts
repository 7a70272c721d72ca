import type { Client } from "pg";

/** The epoch of the databases in which statements are measured. */
export const EPOCH = 1;

type Sql = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** SQL on one connection, as the handlers get it. */
export const sqlOf =
  (client: Client): Sql =>
  async <Row>(text: string, values: readonly unknown[]) =>
    (values.length === 0 ? await client.query(text) : await client.query(text, [...values]))
      .rows as Row[];

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

export const nowText = (): string => new Date().toISOString();
