/**
 * Runs `work` on each item, at most `limit` at once, in the order of the items. A call starts when
 * one before it has ended, and so does its timeout: many calls at once would share the CPU of a
 * small function and time out together.
 * @param mayStart is asked before each call. Once it says no, the remaining items are left out.
 * @returns the outcomes of the calls that were made, in the order of the items. Never rejects.
 */
export async function atMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  mayStart: () => boolean = () => true,
): Promise<PromiseSettledResult<Result>[]> {
  const outcomes: PromiseSettledResult<Result>[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && mayStart()) {
      const at = next++;
      const [outcome] = await Promise.allSettled([work(items[at]!)]);
      outcomes[at] = outcome!;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return outcomes;
}

/** The items in pieces of at most `size`. */
export function pieces<Item>(items: readonly Item[], size: number): Item[][] {
  const found: Item[][] = [];
  for (let i = 0; i < items.length; i += size) found.push(items.slice(i, i + size));
  return found;
}
