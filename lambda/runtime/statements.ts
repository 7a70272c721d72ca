import { BatchExecuteStatementCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "./clock";
import type { LedgerRuntime } from "./ledger";
import { OBSERVE_TIMEOUT_MS } from "./tunables";

/** A conditional write of one item in PartiQL, with a `?` for each parameter. */
export interface LedgerStatement {
  text: string;
  parameters: readonly unknown[];
}

/** `refused`: the condition did not hold. An error: the write may or may not have happened. */
export type StatementOutcome = "done" | "refused" | Error;

/** Most statements of one BatchExecuteStatement call (DynamoDB API). */
export const STATEMENTS_MAX = 25;

/**
 * Sends up to STATEMENTS_MAX statements in one call. Each is carried out by itself: any of them may
 * fail without the others (DynamoDB API: BatchExecuteStatement).
 * @returns what became of each statement, in order.
 * @throws NoAnswerError or DynamoDB's error. Any of the writes may or may not have happened then.
 */
export async function executeStatements(
  { clock, dynamodb }: LedgerRuntime,
  what: string,
  statements: readonly LedgerStatement[],
): Promise<StatementOutcome[]> {
  const Statements = statements.map(({ text, parameters }) => ({
    Statement: text,
    Parameters: [...parameters],
  }));
  const answer = await within(clock, OBSERVE_TIMEOUT_MS, what, (abortSignal) =>
    dynamodb.send(new BatchExecuteStatementCommand({ Statements }), { abortSignal }),
  );
  return statements.map((_, i) => {
    const response = answer.Responses?.[i];
    if (response === undefined) return new Error(`${what}: no response to a statement`);
    const { Error: failure } = response;
    if (failure === undefined) return "done";
    if (failure.Code === "ConditionalCheckFailed") return "refused";
    return new Error(`${what}: ${failure.Code}: ${failure.Message}`);
  });
}
