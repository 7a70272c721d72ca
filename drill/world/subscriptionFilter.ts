import type { SubscriptionDescription } from "../description/messaging";

export interface Published {
  subject: string;
  message: string;
  /** Attributes of the message, by name. */
  attributes: Readonly<Record<string, string>>;
}

type Condition = string | number | boolean | null | Readonly<Record<string, unknown>>;

/**
 * Whether a subscription's filter lets a message through: by its attributes, or by its body where
 * that is JSON. All keys must match, each by one of its conditions.
 * @throws Error on a condition that is not modelled.
 */
export function passes(
  { filter, filterScope }: Pick<SubscriptionDescription, "filter" | "filterScope">,
  { message, attributes }: Published,
): boolean {
  if (filter === undefined) return true;
  return filterScope === "MessageBody"
    ? matches(filter, parsed(message))
    : matches(filter, attributes);
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function matches(filter: Readonly<Record<string, unknown>>, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries(filter).every(([key, wanted]) =>
    Array.isArray(wanted)
      ? (wanted as Condition[]).some((condition) => holds(condition, fields[key]))
      : matches(wanted as Readonly<Record<string, unknown>>, fields[key]),
  );
}

function holds(condition: Condition, value: unknown): boolean {
  if (typeof condition !== "object" || condition === null) return value === condition;
  const [[name, operand] = ["nothing", undefined]] = Object.entries(condition);
  switch (name) {
    case "exists":
      return (value !== undefined) === operand;
    case "prefix":
      return typeof value === "string" && value.startsWith(String(operand));
    case "anything-but":
      return value !== undefined && ![operand].flat().includes(value);
    default:
      throw new Error(
        `subscription filter ${JSON.stringify(condition)} is not modelled; ` +
          "extend drill/world/subscriptionFilter.ts",
      );
  }
}
