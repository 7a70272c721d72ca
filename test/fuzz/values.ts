import * as fc from "fast-check";
import { START_MS } from "../../support/simulation/simulation";

const HOUR_MS = 3_600_000;

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Texts that parsers, keys, logs and queries may mistake for something else. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("", "x", " ", "0", "-1", "1e400", "NaN", "null", "Infinity", "infinity", "true"),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "order#",
    "control",
    "us-east-3",
    "\0",
    "😀",
    "'; --",
  ),
  fc.constantFrom("2999-01-01T00:00:00.000Z", "2026-01-05T08:00:00.000Z", "1970-01-01", "open#3"),
  fc.string(),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(2_042, 20_000).map((length) => "a".repeat(length)),
);

/** Numbers at and beyond the ends of what is stored: negative, huge, broken, times to come. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -1, 1, 1.5, 7, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e21, 1e300, 5e-324),
  fc
    .constantFrom(-24 * HOUR_MS, -1, 0, 1, 11_000, 600_000, HOUR_MS, 24 * HOUR_MS, 1e12)
    .map((ms) => START_MS + ms),
  fc.integer(),
);

/** Anything that JSON can say: every type, empty, nested and large. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { a: null }, { "": "" }),
  anyText,
  anyNumber,
  fc.constantFrom(20, 2_000).map(nested),
  fc.constant(Array.from({ length: 500 }, (_, n) => n)),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Texts that are JSON, are nearly JSON, or are anything else. */
export const anyBody: fc.Arbitrary<string> = fc.oneof(
  anyText,
  fc.constantFrom("null", "true", "1", '"x"', "[]", "{}", "[null]"),
  anyValue.map((value) => JSON.stringify(value)),
  anyValue.map((value) => JSON.stringify(value).slice(0, -1)),
  fc.constant("[".repeat(10_000)),
);
