import { NotModelledError, serviceError } from "../aws/errors";
import { type Item, oncePerText } from "./expressions";
import { ValidationException } from "./expressionTokens";
import { storedValue } from "./storedValue";

/** One statement of BatchExecuteStatement, as the document client sends it. */
export interface StatementRequest {
  Statement: string;
  Parameters?: readonly unknown[];
  ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
}

type Values = readonly unknown[];
type Test = (item: Item, values: Values) => boolean;

/** A PartiQL statement that writes one item. Its parameters are passed in when it is carried out. */
export interface Statement {
  readonly verb: "UPDATE" | "DELETE";
  readonly table: string;
  readonly key: (hashKey: string, values: Values) => unknown;
  readonly holds: Test;
  readonly change: (draft: Record<string, unknown>, values: Values) => void;
  readonly parameters: number;
}

/** Most statements of one BatchExecuteStatement call (DynamoDB API). */
const STATEMENTS_MAX = 25;

const head = /^(?:UPDATE "([\w.-]+)"((?: SET "\w+" = \?)+)|DELETE FROM "([\w.-]+)") WHERE (.+)$/;
const assignment = /SET "(\w+)" = \?/g;
const condition = /^"(\w+)" (?:(=|<) \?|(IS MISSING))$/;

/**
 * Reads the PartiQL that this program sends: equality, `<` and IS MISSING, joined by AND, with a
 * parameter for each value.
 */
export const parseStatement = oncePerText((text): Statement => {
  const [, updated, sets = "", deleted, where = ""] = head.exec(text) ?? [];
  const table = updated ?? deleted;
  if (table === undefined) throw new NotModelledError(`the statement ${text}`);
  const names = [...sets.matchAll(assignment)].map(([, name]) => name!);
  let parameters = names.length;
  const positions = new Map<string, number>();
  const tests = where.split(" AND ").map((text): Test => {
    const [, name, operator, isMissing] = condition.exec(text) ?? [];
    if (name === undefined) throw new NotModelledError(`the condition ${text}`);
    if (isMissing !== undefined) return (item) => item[name] === undefined;
    const at = parameters++;
    if (operator === "<") return (item, values) => isBelow(item[name], values[at]);
    positions.set(name, at);
    return (item, values) => item[name] === values[at];
  });
  return {
    verb: updated === undefined ? "DELETE" : "UPDATE",
    table,
    key: (hashKey, values) => values[positions.get(hashKey) ?? -1],
    holds: (item, values) => tests.every((test) => test(item, values)),
    change: (draft, values) =>
      names.forEach((name, at) => {
        draft[name] = storedValue(values[at]);
      }),
    parameters,
  };
});

/** The statements of a call, all of which must be of one kind and on one table here. */
export function statementsIn(input: Readonly<Record<string, unknown>>): {
  verb: Statement["verb"];
  table: string;
  requests: readonly StatementRequest[];
} {
  const requests = input["Statements"] as readonly StatementRequest[];
  if (requests.length < 1 || requests.length > STATEMENTS_MAX) {
    throw new ValidationException(`${requests.length} statements: 1 to ${STATEMENTS_MAX} allowed`);
  }
  const [first, ...others] = requests.map(({ Statement }) => parseStatement(Statement));
  const { verb, table } = first!;
  if (others.some((other) => other.verb !== verb || other.table !== table)) {
    throw new NotModelledError("a batch of different statements");
  }
  return { verb, table, requests };
}

/** What a statement reads and writes. */
interface StatementStore {
  strongRead(key: string): Item | undefined;
  write(key: string, item: Item | undefined, before: Item | undefined): void;
}

/**
 * Carries out one statement. An update of an item that does not exist fails its condition.
 * @throws ConditionalCheckFailedException, or what the table refuses with.
 */
export function carryOutStatement(
  store: StatementStore,
  hashKey: string,
  { Statement: text, Parameters = [] }: StatementRequest,
): void {
  const statement = parseStatement(text);
  if (Parameters.length !== statement.parameters) {
    throw new ValidationException(`${Parameters.length} parameters for ${text}`);
  }
  const key = statement.key(hashKey, Parameters);
  if (typeof key !== "string") throw new ValidationException(`no key in ${text}`);
  const before = store.strongRead(key);
  if (before === undefined || !statement.holds(before, Parameters)) {
    throw serviceError("ConditionalCheckFailedException", "The conditional request failed");
  }
  if (statement.verb === "DELETE") return store.write(key, undefined, before);
  const draft = { ...before };
  statement.change(draft, Parameters);
  store.write(key, draft, before);
}

/** How BatchExecuteStatement tells of a statement that failed (DynamoDB API: BatchStatementError). */
export function batchError(error: Error): object {
  return { Error: { Code: codes[error.name] ?? "InternalServerError", Message: error.message } };
}

/**
 * The API lists no code for a write that conflicts with another region's. TransactionConflict is the
 * nearest one, and callers must not depend on it.
 */
const codes: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: "ConditionalCheckFailed",
  ValidationException: "ValidationError",
  ThrottlingException: "ThrottlingError",
  ReplicatedWriteConflictException: "TransactionConflict",
};

function isBelow(left: unknown, right: unknown): boolean {
  return typeof left === typeof right && (left as number) < (right as number);
}
