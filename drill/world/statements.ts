import { type Order, orderColumns } from "../shipped";
import { databaseError } from "../../support/aws/errors";
import type { LockMode, Row, Volume, VolumeState } from "./volume";

/** The context of a statement: a volume, how to commit to it, and how to answer the client. */
export interface Session {
  volume: Volume;
  isReadOnly: () => boolean;
  /** False once the session's instances have gone down. */
  isAlive: () => boolean;
  /** Runs `work` once it holds the lock on the right, or never if that takes too long. */
  locked: (mode: LockMode, work: (release: () => void) => void) => void;
  /** Runs `work` after the time that a statement and its commit take. */
  later: (work: () => void) => void;
  nowMs: () => number;
  /** The error with which the database refuses a row. */
  refused: (row: Row) => Error | undefined;
  committed: (rows: readonly Row[]) => void;
  raised: (epoch: number) => void;
  ok: (rows: readonly object[]) => void;
  fail: (error: Error) => void;
}

type Execute = (session: Session, values: readonly unknown[]) => void;

/**
 * Recognizes the statements of lambda/orders by their shape: whether a statement tests the right,
 * locks it, and tolerates an existing row. So a weakened statement behaves as written. A statement
 * of another shape is an error; nothing is guessed.
 */
export function compile(text: string): Execute {
  let execute = known.get(text);
  if (execute === undefined) {
    const flat = text.replace(/\s+/g, " ").trim().toLowerCase();
    const found = shapes.find(([shape]) => shape.test(flat));
    if (found === undefined) throw new Error(`statement not modelled: ${flat.slice(0, 120)}`);
    execute = found[1](flat);
    known.set(text, execute);
  }
  return execute;
}

const known = new Map<string, Execute>();

/** The number of the captured parameter, as an index into the values. */
function parameter(flat: string, pattern: RegExp): number {
  const match = pattern.exec(flat);
  if (match === null) throw new Error(`no parameter ${pattern.source} in: ${flat.slice(0, 120)}`);
  return Number(match[1]) - 1;
}

function write(
  { volume, isReadOnly, nowMs, fail }: Session,
  change: (state: VolumeState) => void,
): boolean {
  if (isReadOnly()) {
    fail(databaseError("25006", "cannot execute in a read-only transaction"));
    return false;
  }
  volume.commit(nowMs(), change);
  return true;
}

function readState(session: Session, work: (state: VolumeState) => readonly object[]): void {
  const { volume, ok, fail } = session;
  session.later(() => {
    if (volume.state.writerEpoch === undefined) {
      return fail(databaseError("42P01", 'relation "writer_epoch" does not exist'));
    }
    ok(work(volume.state));
  });
}

/** A row by column name. */
interface InsertedRow extends Record<string, string | null> {
  id: string;
  accepted_at: string;
  accepted_in: string;
  fingerprint: string;
}

/** The columns of an order's fields, except its id. */
const orderColumnsButId = Object.entries(orderColumns).filter(([field]) => field !== "orderId");

function fieldsOf(row: InsertedRow): Pick<Row, Exclude<keyof Order, "orderId">> {
  const fields: Record<string, string | null> = {};
  for (const [field, { column }] of orderColumnsButId) fields[field] = row[column] ?? null;
  return fields as Pick<Row, Exclude<keyof Order, "orderId">>;
}

function insertOrders(flat: string): Execute {
  const testsRight = /from writer_epoch where epoch = \$\d/.test(flat);
  const locksRight = /from writer_epoch[^)]* for share/.test(flat);
  const hasRight = /from writer_epoch/.test(flat);
  const isTolerant = /on conflict( \(id\))? do nothing/.test(flat);
  const epochAt = /epoch = \$(\d)/.test(flat) ? parameter(flat, /epoch = \$(\d)/) : 0;
  const rowsAt = parameter(flat, /jsonb_to_recordset\(\$(\d)/);
  const settledAtAt = parameter(flat, /\$(\d)::timestamptz/);
  return (session, values) => {
    const { volume, fail, ok } = session;
    const asked = values[epochAt] as number;
    const insert = (release: () => void): void => {
      const right = volume.state.writerEpoch;
      if (right === undefined) {
        release();
        return fail(databaseError("42P01", 'relation "writer_epoch" does not exist'));
      }
      if (testsRight && right !== asked) {
        release();
        return session.later(() => ok([{ held: false, inserted: [] }]));
      }
      const batch = JSON.parse(values[rowsAt] as string) as InsertedRow[];
      const epoch = hasRight ? right : asked;
      session.later(() => {
        commitRows(session, batch, epoch, values[settledAtAt] as string, isTolerant);
        release();
      });
    };
    if (session.isReadOnly()) {
      return fail(databaseError("25006", "cannot execute INSERT in a read-only transaction"));
    }
    if (!locksRight) return insert(() => {});
    session.locked("share", insert);
  };
}

function commitRows(
  session: Session,
  batch: readonly InsertedRow[],
  epoch: number,
  settledAt: string,
  isTolerant: boolean,
): void {
  const there = session.volume.state.rows;
  const fresh = batch.filter(({ id }) => !there.has(id));
  if (!isTolerant && fresh.length < batch.length) {
    return session.fail(databaseError("23505", "duplicate key value violates orders_pkey"));
  }
  const rows = fresh.map((row): Row => ({
    id: row.id,
    ...fieldsOf(row),
    acceptedAt: row.accepted_at,
    acceptedIn: row.accepted_in,
    fingerprint: row.fingerprint,
    settledAt,
    epoch,
    committedAtMs: session.nowMs(),
  }));
  for (const row of rows) {
    const refused = session.refused(row);
    if (refused !== undefined) return session.fail(refused);
  }
  if (!write(session, adding(rows))) return;
  session.committed(rows);
  session.ok([{ held: true, inserted: rows.map(({ id }) => id) }]);
}

/** Followers receive only the rows, without the session that wrote them. */
const adding =
  (rows: readonly Row[]) =>
  (state: VolumeState): void => {
    for (const row of rows) state.rows.set(row.id, row);
  };

function raiseEpoch(flat: string): Execute {
  const epochAt = parameter(flat, /set epoch = \$(\d)/);
  const isUpward = /where epoch < \$\d/.test(flat);
  const stepMax = Number(/epoch >= \$\d::integer - (\d+)/.exec(flat)?.[1] ?? Infinity);
  return (session, values) => {
    const { volume } = session;
    const epoch = values[epochAt] as number;
    session.locked("exclusive", (release) =>
      session.later(() => {
        const present = volume.state.writerEpoch;
        const mustRaise =
          present !== undefined && (!isUpward || present < epoch) && present >= epoch - stepMax;
        const isDone = !mustRaise || write(session, (state) => void (state.writerEpoch = epoch));
        release();
        if (!isDone) return;
        if (mustRaise) session.raised(epoch);
        session.ok([]);
      }),
    );
  };
}

function migrate(flat: string): Execute {
  const version = Number(/into schema_migrations \(version\) values \((\d+)\)/.exec(flat)?.[1]);
  const makesEpoch = /create table writer_epoch/.test(flat);
  const makesUser = /create role trading_app/.test(flat);
  return (session) => {
    session.later(() => {
      if (session.volume.state.migrations?.has(version) === true) {
        return session.fail(databaseError("23505", "duplicate key value: schema_migrations"));
      }
      const isDone = write(session, (state) => {
        (state.migrations ??= new Set()).add(version);
        if (makesEpoch) state.writerEpoch = 0;
        if (makesUser) state.hasApplicationUser = true;
      });
      if (isDone) session.ok([]);
    });
  };
}

function pruneRows(flat: string): Execute {
  const account = /account_id = '(\w+)'/.exec(flat)?.[1];
  const beforeAt = parameter(flat, /settled_at < \$(\d)/);
  const limitAt = parameter(flat, /limit \$(\d)/);
  return (session, values) => {
    session.later(() => {
      const due = [...session.volume.state.rows.values()]
        .filter((row) => row.accountId === account && row.settledAt < String(values[beforeAt]))
        .slice(0, Number(values[limitAt]));
      const isDone = write(session, (state) => {
        for (const { id } of due) state.rows.delete(id);
      });
      if (isDone) session.ok(due.map(({ id }) => ({ id })));
    });
  };
}

function newest(state: VolumeState): string | null {
  let found: string | null = null;
  for (const { settledAt } of state.rows.values()) {
    if (found === null || settledAt > found) found = settledAt;
  }
  return found;
}

const shapes: readonly (readonly [RegExp, (flat: string) => Execute])[] = [
  [/insert into orders/, insertOrders],
  [/^(begin; )?insert into schema_migrations/, migrate],
  [/^(drop|create) index concurrently/, () => (session) => session.later(() => session.ok([]))],
  [/^update writer_epoch set epoch/, raiseEpoch],
  [/^delete from orders where id in \( select id from orders where account_id/, pruneRows],
  [
    /^create table if not exists schema_migrations/,
    () => (session) =>
      session.later(() => {
        if (write(session, (state) => void (state.migrations ??= new Set()))) session.ok([]);
      }),
  ],
  [
    /^select version from schema_migrations/,
    () => (session) =>
      session.later(() =>
        session.ok([...(session.volume.state.migrations ?? [])].map((version) => ({ version }))),
      ),
  ],
  [
    /pg_is_in_recovery/,
    () => (session) => session.later(() => session.ok([{ writer: !session.isReadOnly() }])),
  ],
  [
    /^select \(select epoch from writer_epoch\) as epoch, \(select .*jsonb_object_agg\(id, fingerprint\)/,
    () => (session, values) =>
      readState(session, (state) => [
        { epoch: state.writerEpoch, seen: fingerprintsById(state, values[0] as string[]) },
      ]),
  ],
  [
    /^select id::text as id, fingerprint from orders/,
    () => (session, values) =>
      readState(session, (state) =>
        Object.entries(fingerprintsById(state, values[0] as string[])).map(([id, fingerprint]) => ({
          id,
          fingerprint,
        })),
      ),
  ],
  [
    /^select epoch, \(select max\(settled_at\) from orders\) as newest_row_at from writer_epoch/,
    () => (session) =>
      readState(session, (state) => [{ epoch: state.writerEpoch, newest_row_at: newest(state) }]),
  ],
];

function fingerprintsById(state: VolumeState, orderIds: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const id of orderIds) {
    const row = state.rows.get(id);
    if (row !== undefined) found[id] = row.fingerprint;
  }
  return found;
}
