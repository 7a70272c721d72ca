import { z } from "zod";

/** The configured text of a key, or its default. */
export type TextOf = (key: string) => string;

/** One configuration key: its default, its validation, and what the error message says. */
export interface Key<Value> {
  readonly schema: z.ZodType<Value>;
  /** The default, as it stands in Pulumi.yaml. A key with an empty one must be configured. */
  readonly default: string | readonly string[];
  /** The allowed values, in words. */
  readonly allowed: string;
  /** A key that has no effect is not validated, and its value is undefined. */
  readonly isUsed?: (textOf: TextOf) => boolean;
  /** Why a value of the right form is refused, as the end of a sentence about it. */
  refusal?(value: Value): string | undefined;
  /** What is uncertain about an allowed value, as the end of a sentence about it. */
  doubt?(value: Value): string | undefined;
}

export type ValueOf<K> =
  K extends Key<infer Value> ? (K extends { isUsed: object } ? Value | undefined : Value) : never;

interface Pattern {
  readonly pattern: RegExp;
  readonly allowed: string;
}

/** A string that matches a pattern. */
export function text({ pattern, allowed }: Pattern, fallback = "") {
  return { schema: z.string().regex(pattern), allowed, default: fallback };
}

/** Only digits: `Number` alone would also accept 0x10, 1e3 and spaces. */
function digits(pattern: RegExp, range: z.ZodNumber) {
  return z.string().regex(pattern).transform(Number).pipe(range);
}

/** A whole number in a range. */
export function integer(min: number, max: number, fallback: number) {
  return {
    schema: digits(/^(0|[1-9]\d*)$/, z.number().min(min).max(max)),
    default: String(fallback),
    allowed: `a whole number from ${min} to ${max}, in digits`,
  };
}

/** A multiple of a half in a range. */
export function halves(min: number, max: number, fallback: number) {
  return {
    schema: digits(/^(0|[1-9]\d*)(\.\d+)?$/, z.number().min(min).max(max).multipleOf(0.5)),
    default: String(fallback),
    allowed: `${min} to ${max} in steps of 0.5, in digits`,
  };
}

/** One of several strings. The first one is the default. */
export function oneOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  return { schema: z.enum(values), default: values[0] as string, allowed: values.join(" or ") };
}

/** A list of strings that match a pattern; empty by default. */
export function list({ pattern, allowed }: Pattern) {
  const none: readonly string[] = [];
  return { schema: z.array(z.string().regex(pattern)), default: none, allowed };
}

/** Two keys that have an effect together: `partner` must be set as well. */
export function together<K extends Key<unknown>>(key: K, own: string, partner: string) {
  return {
    ...key,
    allowed: `${key.allowed}, together with ${partner}`,
    isUsed: (textOf: TextOf) => textOf(own) !== "" || textOf(partner) !== "",
  };
}
