import { CANARY_ACCOUNT } from "../auth/tunables";
import { SESSION_IDLE_MAX_MS, STATEMENT_TIMEOUT_MS } from "../runtime/tunables";

/**
 * A step of the database schema. A step may only add: during a deployment the functions of the
 * previous version still run, and a region can take over before the step is applied.
 */
export interface Migration {
  version: number;
  /**
   * Text is applied in one transaction. It must not hold a lock on `orders` for long: settling waits
   * for it. The statements of a list are applied one by one without a transaction, as `create index
   * concurrently` needs. A list is repeated if an invocation ends in the middle of it.
   */
  sql: string | readonly string[];
}

/** The application's database user. It signs in with IAM tokens, so IAM policies name it too. */
export const APPLICATION_USER = "trading_app";

/** The table of the migrations that have been applied. */
export const MIGRATIONS_TABLE = `
create table if not exists schema_migrations (
  version integer primary key, applied_at timestamptz not null default now())`;

export const READ_MIGRATIONS = `select version from schema_migrations`;

/**
 * The texts that apply a migration, in their order. If two invocations apply a transaction at once,
 * the second waits at the insert, then fails with unique_violation (SQLSTATE 23505) and changes
 * nothing.
 */
export function applyMigration({ version, sql }: Migration): readonly string[] {
  const record = `insert into schema_migrations (version) values (${version});`;
  return typeof sql === "string" ? [`begin;\n${record}\n${sql}\ncommit;`] : [...sql, record];
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    // PostgreSQL lets a user lock a row `for share` only if it may update a column of it. The
    // column lock_grant exists for that privilege and is never written.
    sql: `
create table writer_epoch (
  only_row boolean primary key default true check (only_row),
  epoch integer not null,
  lock_grant boolean);
insert into writer_epoch (epoch) values (0);
create table orders (
  id uuid primary key,
  account_id text not null,
  session_id text not null,
  symbol text not null,
  side text not null check (side in ('BUY', 'SELL')),
  quantity numeric(20, 8) not null check (quantity > 0),
  limit_price numeric(20, 8) check (limit_price > 0),
  accepted_at timestamptz not null,
  accepted_in text not null,
  fingerprint text not null,
  settled_at timestamptz not null,
  epoch integer not null);
create index orders_settled_at on orders (settled_at);
do $$ begin
  if not exists (select from pg_roles where rolname = '${APPLICATION_USER}') then
    create role ${APPLICATION_USER} login;
  end if;
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to ${APPLICATION_USER};
  end if;
end $$;
grant select, insert on orders to ${APPLICATION_USER};
grant select, update (lock_grant) on writer_epoch to ${APPLICATION_USER};`,
  },
  {
    version: 2,
    // What orderSchema refuses is not stored either. Nothing compares as greater than NaN, so the
    // upper limits exclude it. `not valid` checks new rows only and scans nothing: rows that exist
    // came through the same validation.
    sql: `
alter table orders
  add constraint orders_labels check (
    account_id ~ '^[A-Za-z0-9_-]{1,64}$' and session_id ~ '^[A-Za-z0-9_-]{1,64}$'
    and symbol ~ '^[A-Z0-9.-]{1,12}$') not valid,
  add constraint orders_numbers check (
    quantity < 1000000000000 and limit_price < 1000000000000) not valid,
  add constraint orders_acceptance check (
    isfinite(accepted_at) and accepted_in ~ '^[a-z0-9-]{1,32}$'
    and fingerprint ~ '^[0-9a-f]{64}$') not valid,
  add constraint orders_settlement check (isfinite(settled_at) and epoch > 0) not valid;`,
  },
  {
    version: 3,
    // For the daily deletion of canary rows. An index that was not finished is invalid, so it is
    // dropped first.
    sql: [
      "drop index concurrently if exists orders_canary",
      `create index concurrently orders_canary on orders (settled_at)
where account_id = '${CANARY_ACCOUNT}'`,
    ],
  },
  {
    version: 4,
    // The functions set this for each connection. The server sets it for whoever else uses the role.
    sql: `alter role ${APPLICATION_USER} set statement_timeout = ${STATEMENT_TIMEOUT_MS};`,
  },
  {
    version: 5,
    // Concurrency bounds the connections only if those of frozen and replaced environments are closed.
    sql: `alter role ${APPLICATION_USER} set idle_session_timeout = ${SESSION_IDLE_MAX_MS};`,
  },
];
