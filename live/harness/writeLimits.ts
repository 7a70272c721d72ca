import { serviceError } from "../../support/aws/errors";
import type { Item } from "../../support/dynamodb/expressions";
import type { IndexDescription } from "../../support/dynamodb/secondaryIndex";

const WRITE_UNIT_BYTES = 1024;

/**
 * The write units that DynamoDB gives to one key in a second: the items of a table, and the hash
 * keys of its indexes. A write that an index has no units for is refused as a whole (DynamoDB:
 * partition limits, and back pressure of a global secondary index).
 */
export class WriteLimits {
  private readonly spent = new Map<string, number>();
  private second = 0;

  constructor(
    private readonly indexes: readonly IndexDescription[],
    private readonly settings: { readonly writeUnitsPerKey: number },
    private readonly nowMs: () => number,
  ) {}

  /** @throws ThrottlingException where a key has no units left in this second. */
  take(before: Item | undefined, after: Item | undefined, key: string): void {
    const { writeUnitsPerKey } = this.settings;
    if (writeUnitsPerKey === Infinity) return;
    const second = Math.floor(this.nowMs() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.spent.clear();
    }
    const costs = [
      [key, unitsOf(after ?? before)] as const,
      ...this.indexes.flatMap((index) => indexCosts(index, before, after)),
    ];
    for (const [name, units] of costs) {
      if ((this.spent.get(name) ?? 0) + units > writeUnitsPerKey) {
        throw serviceError("ThrottlingException", `more than ${writeUnitsPerKey} units: ${name}`);
      }
    }
    for (const [name, units] of costs) this.spent.set(name, (this.spent.get(name) ?? 0) + units);
  }
}

/** A changed index key is two writes: the old entry is deleted, the new one put (DynamoDB: GSI). */
function indexCosts(
  { name, hashKey, rangeKey, projected }: IndexDescription,
  before: Item | undefined,
  after: Item | undefined,
): (readonly [string, number])[] {
  const entry = (item: Item | undefined) => {
    if (item?.[hashKey] === undefined) return undefined;
    return rangeKey === undefined || item[rangeKey] !== undefined ? item : undefined;
  };
  const [old, next] = [entry(before), entry(after)];
  const cost = (item: Item) => [`${name} ${String(item[hashKey])}`, 1] as const;
  if (old === undefined || next === undefined)
    return [old, next].flatMap((i) => (i ? [cost(i)] : []));
  const hasMoved = [hashKey, rangeKey ?? hashKey].some((each) => old[each] !== next[each]);
  if (hasMoved) return [cost(old), cost(next)];
  const names = projected ?? new Set([...Object.keys(old), ...Object.keys(next)]);
  return [...names].some((each) => old[each] !== next[each]) ? [cost(next)] : [];
}

/** About: DynamoDB counts names and values, not JSON. */
function unitsOf(item: Item | undefined): number {
  return Math.max(1, Math.ceil(JSON.stringify(item ?? {}).length / WRITE_UNIT_BYTES));
}
