import type { BatchGetCommandInput } from "@aws-sdk/lib-dynamodb";
import type { LedgerRuntime } from "../../lambda/runtime/ledger";

/**
 * A client that leaves keys of BatchGetItem calls unprocessed, as DynamoDB does when it throttles.
 * @param leave names those keys of a call's that are left.
 */
export function leavingUnprocessed(
  dynamodb: LedgerRuntime["dynamodb"],
  leave: (pks: readonly string[]) => readonly string[],
): LedgerRuntime["dynamodb"] {
  const send = async (command: { input: BatchGetCommandInput }, options: object) => {
    const asked = command.input.RequestItems?.["ledger"];
    if (asked === undefined) return dynamodb.send(command as never, options);
    const left = leave(asked.Keys!.map(({ pk }) => String(pk)));
    const Keys = asked.Keys!.filter(({ pk }) => !left.includes(String(pk)));
    command.input.RequestItems = { ledger: { ...asked, Keys } };
    const answer = Keys.length > 0 ? await dynamodb.send(command as never, options) : {};
    return { ...answer, UnprocessedKeys: { ledger: { Keys: left.map((pk) => ({ pk })) } } };
  };
  return { send } as never;
}
