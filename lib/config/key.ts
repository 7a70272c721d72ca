import { z } from "zod";

/** The configured text of a key, or its default. */
export type TextOf = (key: string) => string;

/** One configuration key: its default, its validation, and what the error message says. */
export interface Key<Value> {
  readonly schema: z.ZodType<Value>;
  /** The default, as it stands in Pulumi.yaml. A key without one must be configured. */
  readonly default?: string | readonly string[];
  /** The allowed values, in words. */
  readonly allowed: string;
  /** What to write after `pulumi config set`. */
  readonly remedy: string;
  /** A key that has no effect is not validated, and its value is undefined. */
  readonly isUsed?: (textOf: TextOf) => boolean;
}

export type ValueOf<K> =
  K extends Key<infer Value> ? (K extends { isUsed: object } ? Value | undefined : Value) : never;

interface Pattern {
  readonly pattern: RegExp;
  readonly allowed: string;
}

/** A string that matches a pattern. */
export function text({ pattern, allowed }: Pattern, fallback?: string) {
  const key = { schema: z.string().regex(pattern), allowed, remedy: "<value>" };
  return fallback === undefined ? key : { ...key, default: fallback };
}

/** A number in a range. */
export function number(min: number, max: number, step: number, fallback: number) {
  const inRange = z.coerce.number<string>().min(min).max(max).multipleOf(step);
  return {
    schema: z.string().trim().min(1).pipe(inRange),
    default: String(fallback),
    allowed: `${min} to ${max} in steps of ${step}`,
    remedy: "<number>",
  };
}

/** One of several strings. The first one is the default. */
export function oneOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  const [first] = values;
  const allowed = values.join(" or ");
  return { schema: z.enum(values), default: first as string, allowed, remedy: first as string };
}

/** A list of strings that match a pattern; empty by default. */
export function list({ pattern, allowed }: Pattern, example: string) {
  const none: readonly string[] = [];
  return { schema: z.array(z.string().regex(pattern)), default: none, allowed, remedy: example };
}

/** Two keys that have an effect together: `partner` must be set as well. */
export function together<K extends Key<unknown>>(key: K, own: string, partner: string) {
  return {
    ...key,
    default: "",
    allowed: `${key.allowed}, together with ${partner}`,
    isUsed: (textOf: TextOf) => textOf(own) !== "" || textOf(partner) !== "",
  };
}
