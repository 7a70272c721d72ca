import { NotModelledError } from "../aws/errors";
import { type Bindings, type Item, bindingsOf, parseCondition, valueOf } from "./expressions";
import { ValidationException } from "./expressionTokens";
import { type SecondaryIndex, position } from "./secondaryIndex";

/** Equality on the hash key and `<` on the range key: the one shape that this program sends. */
const shape = /^(#?\w+)\s*=\s*(:\w+)(?:\s+and\s+(#?\w+)\s*<\s*(:\w+))?$/i;

/** A query of an index: a slice of one partition, up to the limit. */
export function query(index: SecondaryIndex, input: Readonly<Record<string, unknown>>): unknown {
  if (input["ConsistentRead"] === true) {
    throw new ValidationException("Consistent reads are not supported on global secondary indexes");
  }
  if (input["FilterExpression"] !== undefined) throw new NotModelledError("FilterExpression");
  const { hash, below } = keyCondition(String(input["KeyConditionExpression"]), bindingsOf(input));
  const entries = index.partition(hash);
  let from = 0;
  let to = below === undefined ? entries.length : position(entries, below, "");
  const isForward = input["ScanIndexForward"] !== false;
  const start = input["ExclusiveStartKey"] as Item | undefined;
  if (start !== undefined) {
    const at = position(entries, rangeOf(index, start), String(start["pk"]));
    const isThere = entries[at]?.key === start["pk"];
    if (isForward) from = isThere ? at + 1 : at;
    else to = Math.min(to, at);
  }
  const found = Math.max(0, to - from);
  const limit = Math.min((input["Limit"] as number | undefined) ?? Infinity, found);
  const first = isForward ? from : to - limit;
  const taken = entries.slice(first, first + limit);
  if (!isForward) taken.reverse();
  const last = taken.at(-1);
  const isMore = limit < found && last !== undefined;
  return {
    Items: taken.map((entry) => index.project(entry.item)),
    Count: taken.length,
    ...(isMore ? { LastEvaluatedKey: lastKey(index, last.key, last.item) } : {}),
  };
}

function keyCondition(text: string, bindings: Bindings): { hash: unknown; below?: string } {
  // Checks the words: the general parser refuses those that DynamoDB reserves.
  parseCondition(text);
  const match = shape.exec(text.trim());
  if (match === null) throw new NotModelledError(`the key condition "${text}"`);
  const [, , hash, , below] = match;
  return {
    hash: valueOf(hash!, bindings),
    ...(below === undefined ? {} : { below: String(valueOf(below, bindings)) }),
  };
}

function rangeOf(index: SecondaryIndex, item: Item): string | number {
  const { rangeKey } = index.description;
  return rangeKey === undefined ? "" : (item[rangeKey] as string | number);
}

function lastKey(index: SecondaryIndex, key: string, item: Item): Item {
  const { hashKey, rangeKey } = index.description;
  const last: Record<string, unknown> = { pk: key };
  last[hashKey] = item[hashKey];
  if (rangeKey !== undefined) last[rangeKey] = item[rangeKey];
  return last;
}
