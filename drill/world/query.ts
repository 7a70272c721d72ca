import { bindingsOf } from "./dynamodb";
import { ValidationException } from "../../support/dynamodb/expressionTokens";
import { type Bindings, type Item, parseCondition } from "../../support/dynamodb/expressions";
import type { TableStore } from "./replica";
import { type SecondaryIndex, position } from "./secondaryIndex";
import type { Input } from "./service";

/** A key condition: equality on the hash, and at most one comparison of the range. */
interface KeyCondition {
  hashValue: string;
  range: { operator: string; value: string; high: string | undefined } | undefined;
}

const shape =
  /^(#?\w+)\s*=\s*(:\w+)(?:\s+and\s+(?:(#?\w+)\s*(<=|>=|=|<|>)\s*(:\w+)|(#?\w+)\s+between\s+(:\w+)\s+and\s+(:\w+)|begins_with\s*\(\s*(#?\w+)\s*,\s*(:\w+)\s*\)))?$/i;

const known = new Map<string, KeyCondition>();

/** Also checks the words: the general parser refuses those that DynamoDB reserves. */
function parseKeyCondition(text: string): KeyCondition {
  let condition = known.get(text);
  if (condition === undefined) {
    parseCondition(text);
    const match = shape.exec(text.trim());
    if (match === null) throw new ValidationException(`key condition "${text}" is not understood`);
    const [, , hashValue, , operator, value, , low, high, , prefix] = match;
    condition = {
      hashValue: hashValue!,
      range:
        operator !== undefined
          ? { operator, value: value!, high: undefined }
          : low !== undefined
            ? { operator: "between", value: low, high: high! }
            : prefix !== undefined
              ? { operator: "begins_with", value: prefix, high: undefined }
              : undefined,
    };
    known.set(text, condition);
  }
  return condition;
}

/** A query of an index: a slice of one partition, then the limit, then the filter. */
export function query(store: TableStore, region: string, input: Input): unknown {
  const name = String(input["IndexName"]);
  const index = store.index(region, name);
  if (index === undefined) throw new ValidationException(`the table has no index ${name}`);
  if (input["ConsistentRead"] === true) {
    throw new ValidationException("Consistent reads are not supported on global secondary indexes");
  }
  const bindings = bindingsOf(input);
  const condition = parseKeyCondition(String(input["KeyConditionExpression"]));
  const entries = index.partition(value(bindings, condition.hashValue));
  let [from, to] = bounds(entries, condition, bindings);
  const isForward = input["ScanIndexForward"] !== false;
  const start = input["ExclusiveStartKey"] as Item | undefined;
  if (start !== undefined) {
    const at = position(entries, rangeOf(index, start), String(start["pk"]));
    const isThere = entries[at]?.key === start["pk"];
    if (isForward) from = Math.max(from, isThere ? at + 1 : at);
    else to = Math.min(to, at);
  }
  const limit = Math.min(
    (input["Limit"] as number | undefined) ?? Infinity,
    Math.max(0, to - from),
  );
  const first = isForward ? from : to - limit;
  const taken = entries.slice(first, first + limit);
  if (!isForward) taken.reverse();
  const filter = input["FilterExpression"] as string | undefined;
  const items = taken
    .map((entry) => index.project(entry.item))
    .filter((item) => filter === undefined || parseCondition(filter)(item, bindings));
  const last = taken.at(-1);
  const isMore = limit < to - from && last !== undefined;
  return {
    Items: items,
    Count: items.length,
    ...(isMore ? { LastEvaluatedKey: lastKey(index, last.key, last.item) } : {}),
  };
}

function value(bindings: Bindings, name: string): unknown {
  const found = bindings.values?.[name];
  if (found === undefined) throw new ValidationException(`${name} is not defined`);
  return found;
}

function bounds(
  entries: ReturnType<SecondaryIndex["partition"]>,
  { range }: KeyCondition,
  bindings: Bindings,
): [number, number] {
  if (range === undefined) return [0, entries.length];
  const low = value(bindings, range.value) as string;
  /** Below every key, and above every key, of one range value. */
  const before = (at: string): number => position(entries, at, "");
  const after = (at: string): number => position(entries, at, "\uffff");
  switch (range.operator) {
    case "=":
      return [before(low), after(low)];
    case "<":
      return [0, before(low)];
    case "<=":
      return [0, after(low)];
    case ">":
      return [after(low), entries.length];
    case ">=":
      return [before(low), entries.length];
    case "between":
      return [before(low), after(value(bindings, range.high!) as string)];
    default:
      return [before(low), before(`${low}\uffff`)];
  }
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
