import { migrations, type Migration } from "../../../lambda/orders/migrations";

/** What functions of the previous version cannot survive while a deployment is under way. */
const contracting: readonly [what: string, pattern: RegExp][] = [
  ["drops something", /\bdrop\s+(?!index\s+concurrently\b)/],
  ["renames something", /\brename\b/],
  ["changes a type", /\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/],
  ["makes a column NOT NULL", /\bset\s+not\s+null\b/],
  ["removes a default", /\bdrop\s+default\b/],
  ["takes rights away", /\brevoke\b/],
  ["deletes rows", /\b(truncate|delete\s+from)\b/],
];
const NOT_NULL = /\badd\s+column\b[^,;]*\bnot\s+null\b[^,;]*/g;

/** Why a migration is not expand-only; nothing where it is. */
function complaints({ sql }: Pick<Migration, "sql">): string[] {
  const text = [sql]
    .flat()
    .join(";\n")
    .toLowerCase()
    .replace(/'[^']*'/g, "''");
  const found = contracting.filter(([, pattern]) => pattern.test(text)).map(([what]) => what);
  const withoutDefault = (text.match(NOT_NULL) ?? []).filter(
    (column) => !/\bdefault\b/.test(column),
  );
  return [...found, ...withoutDefault.map(() => "adds a NOT NULL column without a default")];
}

describe("migrations", () => {
  it.each(migrations)("of version $version only expand the schema", (migration) => {
    expect(complaints(migration)).toEqual([]);
  });

  it("have versions that count up from 1", () => {
    expect(migrations.map(({ version }) => version)).toEqual(
      migrations.map((_, index) => index + 1),
    );
  });

  it.each([
    ["alter table orders drop column symbol", "drops something"],
    ["drop table orders", "drops something"],
    ["drop index orders_settled_at", "drops something"],
    ["alter table orders rename column symbol to ticker", "renames something"],
    ["alter table orders alter column symbol type varchar(12)", "changes a type"],
    ["alter table orders alter column symbol set data type varchar", "changes a type"],
    ["alter table orders alter column limit_price set not null", "makes a column NOT NULL"],
    [
      "alter table orders add column venue text not null",
      "adds a NOT NULL column without a default",
    ],
    ["revoke insert on orders from trading_app", "takes rights away"],
    ["delete from orders", "deletes rows"],
  ])("that would break the previous version are found: %s", (sql, complaint) => {
    expect(complaints({ sql })).toContain(complaint);
  });

  it.each([
    "alter table orders add column venue text",
    "alter table orders add column venue text not null default 'none'",
    "create table fills (id uuid primary key, price numeric not null)",
    "drop index concurrently if exists orders_canary",
  ])("that expand are accepted: %s", (sql) => {
    expect(complaints({ sql })).toEqual([]);
  });
});
