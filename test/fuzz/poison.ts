import * as fc from "fast-check";
import { shardOf } from "../../lambda/orders/order";
import { orderId, stored } from "../helpers/events";
import { HOME, type FakeWorld } from "../helpers/fakeRuntime";
import { anyValue } from "./values";

/** A change of one item that no handler makes: only a mistake of people or of another program. */
export type Poison = { pk: string } & (
  | { how: "deleted" }
  | { how: "emptied" }
  | { how: "attribute removed"; attribute: string }
  | { how: "attribute set"; attribute: string; value: unknown }
);

/** Keys of the index `work`. Any item with both of them is in the index. */
const indexKeys = ["shard", "at"];

const attributes: Readonly<Record<string, readonly string[]>> = {
  control: [
    ...["version", "epoch", "active", "target", "how", "sinceMs", "disarmedUntilMs"],
    ...["notifiedEpoch", "repointedEpoch", "newestRowAtMs", "reason"],
  ],
  alive: ["atMs"],
  progress: ["epoch", "firstAtMs", "lastAtMs", "newestOrderAtMs"],
  looks: ["looks", "newestAtMs", "loopStartedAtMs", "isCalm", "progress"],
  order: [
    ...["order", "fingerprint", "acceptedAt", "acceptedIn", "settledEpoch", "rejectedReason"],
    ...indexKeys,
  ],
};

export const CONTROL = "control";
export const evidenceItems = [`alive#${HOME}`, `progress#${HOME}`, "looks#sentinel"];
export const orderItem = (n: number): string => `order#${orderId(n)}`;

/** Shards that orders are in. */
const shards = [1, 2, 3, 4].flatMap((n) => {
  const shard = shardOf(stored(n, 0).fingerprint);
  return [`open#${shard}`, `closed#${shard}`];
});

/** Poisons one of the items. */
export function anyPoison(...pks: readonly string[]): fc.Arbitrary<Poison> {
  return fc.constantFrom(...pks).chain((pk): fc.Arbitrary<Poison> => {
    const [kind] = pk.split("#");
    const attribute = fc.constantFrom(...attributes[kind!]!);
    return fc.oneof(
      fc.constantFrom<Poison>({ pk, how: "deleted" }, { pk, how: "emptied" }),
      attribute.map((attribute) => ({ pk, how: "attribute removed" as const, attribute })),
      {
        weight: 6,
        arbitrary: fc.record({
          pk: fc.constant(pk),
          how: fc.constant("attribute set" as const),
          attribute,
          value: anyValue,
        }),
      },
      // Whatever has the keys of the index is found there among the orders.
      fc.constantFrom(...shards).map((shard) => ({
        pk,
        how: "attribute set" as const,
        attribute: "shard",
        value: shard,
      })),
    );
  });
}

/** DynamoDB refuses an item whose index key is no text; such a poison removes the key instead. */
export function poison(world: FakeWorld, one: Poison): void {
  const { pk } = one;
  if (one.how === "deleted") return world.deleteItem(pk);
  if (one.how === "emptied") return world.put({ pk });
  const item: Record<string, unknown> = { ...world.item(pk) };
  const { attribute } = one;
  const value = one.how === "attribute set" ? one.value : undefined;
  const isRefused = indexKeys.includes(attribute) && (typeof value !== "string" || value === "");
  if (value === undefined || isRefused) delete item[attribute];
  else item[attribute] = value;
  if (attribute === "shard") item["at"] ??= "2026-01-05T08:00:00.000Z";
  world.put({ ...item, pk });
}
