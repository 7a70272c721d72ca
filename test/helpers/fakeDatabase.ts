import { databaseError } from "../../support/aws/errors";
import { CANARY_ACCOUNT } from "../../lambda/auth/tunables";
import { raisesEpoch } from "../../lambda/control/rules";
import * as statements from "../../lambda/orders/database";
import {
  applyMigration,
  migrations,
  MIGRATIONS_TABLE,
  READ_MIGRATIONS,
} from "../../lambda/orders/migrations";

/** A row of `orders`, as far as the statements read it. */
export interface Row {
  id: string;
  account_id: string;
  quantity: string;
  fingerprint: string;
  settledAt: string;
  epoch: number;
}

const names = new Map<string, string>([
  ...Object.entries(statements).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[value, name]] : [],
  ),
  [MIGRATIONS_TABLE, "MIGRATIONS_TABLE"],
  [READ_MIGRATIONS, "READ_MIGRATIONS"],
  ...migrations.flatMap((one) =>
    applyMigration(one).map((text): [string, string] => [
      text,
      `MIGRATION ${text.includes("schema_migrations") ? one.version : "part"}`,
    ]),
  ),
]);

/** The name under which `lambda/shared` exports a statement. */
export function statementName(text: string): string {
  const name = names.get(text);
  if (name === undefined) throw new Error(`not a statement of lambda/shared: ${text}`);
  return name;
}

/** One region's volume: answers the statements that `lambda/shared` exports, and no others. */
export class FakeDatabase {
  epoch: number | null = null;
  rows = new Map<string, Row>();
  migrated: number[] = [];

  constructor(public isWriter: boolean) {}

  /** A database whose schema is there and whose right stands at `epoch`. */
  at(epoch: number): this {
    this.epoch = epoch;
    this.migrated = migrations.map((one) => one.version);
    return this;
  }

  run(text: string, values: readonly unknown[]): unknown[] {
    const name = statementName(text);
    if (name === "MIGRATION part") return [];
    if (name.startsWith("MIGRATION ")) return this.migrate(Number(name.slice(10)));
    switch (name) {
      case "INSERT_ORDERS":
        return [this.insert(...(values as [number, string, string]))];
      case "READ_FINGERPRINTS":
        return this.known(values).map(({ id, fingerprint }) => ({ id, fingerprint }));
      case "SEE_ORDERS":
        return [{ epoch: this.epoch, seen: this.fingerprints(values) }];
      case "PROBE_WRITER":
        return [{ writer: this.isWriter }];
      case "RAISE_EPOCH":
        this.write();
        if (raisesEpoch(this.migratedEpoch(), values[0] as number))
          this.epoch = values[0] as number;
        return [];
      case "READ_EPOCH":
        this.migratedEpoch();
        return [{ epoch: this.epoch, newest_row_at: this.newestRowAt() }];
      case "PRUNE_CANARIES":
        return this.prune(...(values as [string, number]));
      case "MIGRATIONS_TABLE":
        this.write();
        return [];
      case "READ_MIGRATIONS":
        return this.migrated.map((version) => ({ version }));
      default:
        throw new Error(`${name} is not modelled`);
    }
  }

  /** What asynchronous replication brings to the other region. */
  replicateTo(reader: FakeDatabase): void {
    reader.epoch = this.epoch;
    reader.rows = new Map(this.rows);
    reader.migrated = [...this.migrated];
  }

  private insert(epoch: number, json: string, settledAt: string): object {
    this.write();
    const batch = JSON.parse(json) as Row[];
    // PostgreSQL reads the whole batch before it inserts any of it.
    const rows = batch.map((row) => ({ ...row, settledAt, epoch }));
    rows.forEach(check);
    if (this.epoch !== epoch) return { held: false, inserted: [] };
    const fresh = rows.filter((row) => !this.rows.has(row.id));
    for (const row of fresh) this.rows.set(row.id, row);
    return { held: true, inserted: fresh.map((row) => row.id) };
  }

  private fingerprints(values: readonly unknown[]): Record<string, string> {
    return Object.fromEntries(this.known(values).map((row) => [row.id, row.fingerprint]));
  }

  private known(values: readonly unknown[]): Row[] {
    return (values[0] as string[]).flatMap((id) => this.rows.get(id) ?? []);
  }

  private newestRowAt(): string | null {
    return (
      [...this.rows.values()]
        .map((row) => row.settledAt)
        .sort()
        .at(-1) ?? null
    );
  }

  private prune(before: string, limit: number): { id: string }[] {
    this.write();
    const isDue = (row: Row) => row.account_id === CANARY_ACCOUNT && row.settledAt < before;
    const due = [...this.rows.values()].filter(isDue).slice(0, limit);
    for (const { id } of due) this.rows.delete(id);
    return due.map(({ id }) => ({ id }));
  }

  private migrate(version: number): [] {
    this.write();
    if (this.migrated.includes(version)) throw databaseError("23505", "duplicate key");
    this.migrated.push(version);
    this.epoch ??= 0;
    return [];
  }

  private migratedEpoch(): number {
    if (this.epoch !== null) return this.epoch;
    throw databaseError("42P01", 'relation "writer_epoch" does not exist');
  }

  private write(): void {
    if (!this.isWriter) throw databaseError("25006", "cannot execute in a read-only transaction");
  }
}

function check(row: Partial<Row>): void {
  if (!/^[0-9a-f-]{36}$/.test(row.id ?? "")) {
    throw databaseError("22P02", "invalid input syntax for type uuid");
  }
  if (row.quantity === undefined) throw databaseError("23502", "null value in column");
  if (!/^\d{1,12}(\.\d+)?$/.test(row.quantity)) {
    throw databaseError("22003", "numeric field overflow");
  }
}
