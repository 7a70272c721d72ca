import * as z from "zod/mini";

/** At most this much of a refused event goes into the message, which ends up in logs. */
const GOT_LENGTH_MAX = 300;

/** The event is not one that the function knows. Nothing was done. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";

  /** @param allowed examples of events, as JSON. */
  constructor(source: string, event: unknown, allowed: readonly string[], problems: string[] = []) {
    const found = problems.length === 0 ? "" : ` (${problems.join("; ")})`;
    super(
      `${source} refused an event and did nothing: got ${shown(event)}${found}; ` +
        `allowed are ${allowed.join(", ")}; send one of these`,
    );
  }
}

/**
 * Returns the event if it fits the schema.
 * @param source the function's name in kebab-case.
 * @throws InvalidEventError that says what was got, what is wrong with it and what is allowed.
 */
export function parseEvent<Schema extends z.core.$ZodType>(
  source: string,
  schema: Schema,
  event: unknown,
  allowed: readonly string[],
): z.output<Schema> {
  const parsed = (schema as unknown as z.ZodMiniType<z.output<Schema>>).safeParse(event);
  if (parsed.success) return parsed.data;
  // A union only says that no member fits, which the list of allowed events says better.
  const issues = parsed.error.issues.filter(
    ({ code, path }) => code !== "invalid_union" || path[0],
  );
  throw new InvalidEventError(source, event, allowed, issues.map(problemOf));
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    return `unknown field ${issue.keys.map((key) => shown(key)).join(", ")}`;
  }
  return issue.path.length === 0 ? issue.message : `"${issue.path.join(".")}": ${issue.message}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= GOT_LENGTH_MAX ? text : `${text.slice(0, GOT_LENGTH_MAX)}…`;
}

/** An epoch as PostgreSQL's `integer` holds it. */
const epoch = z.int().check(z.gte(1), z.lte(2_147_483_647));

/** Most orders that one question may name. */
export const ORDERS_SEEN_MAX = 500;

/** The schedule's event, the orchestrator's after an activation, or an operator's question. */
const sweepEvent = z.union([
  z.strictObject({ trigger: z.literal("schedule") }),
  z.strictObject({ activated: epoch }),
  z.strictObject({ see: z.array(z.uuid()).check(z.minLength(1), z.maxLength(ORDERS_SEEN_MAX)) }),
]);
export type SweepEvent = z.output<typeof sweepEvent>;

/** @throws InvalidEventError */
export function readSweepEvent(event: unknown): SweepEvent {
  return parseEvent("settlement-sweep", sweepEvent, event, [
    '{"trigger":"schedule"}',
    '{"activated":EPOCH}',
    `{"see":[ORDER ID, at most ${ORDERS_SEEN_MAX}]}`,
  ]);
}

/**
 * `report` and `activate` come from the orchestrator, `migrate` from a deployment and, after an
 * activation, from the orchestrator, `prune` from a daily schedule.
 */
const dbMigrationEvent = z.union([
  z.strictObject({ report: z.literal(true) }),
  z.strictObject({ activate: epoch }),
  z.strictObject({ migrate: z.literal(true) }),
  z.strictObject({ prune: z.literal(true) }),
]);
export type DbMigrationEvent = z.output<typeof dbMigrationEvent>;

/** @throws InvalidEventError */
export function readDbMigrationEvent(event: unknown): DbMigrationEvent {
  return parseEvent("db-migration", dbMigrationEvent, event, [
    '{"report":true}',
    '{"activate":EPOCH}',
    '{"migrate":true}',
    '{"prune":true}',
  ]);
}

const sentinelEvent = z.strictObject({ trigger: z.literal("schedule") });

/** @throws InvalidEventError */
export function readSentinelEvent(event: unknown): void {
  parseEvent("sentinel", sentinelEvent, event, ['{"trigger":"schedule"}']);
}
