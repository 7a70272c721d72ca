import { ValidationException } from "../../support/dynamodb/expressionTokens";
import { type Item, parseChange, parseCondition } from "../../support/dynamodb/expressions";
import { checkPlaceholders } from "../../support/dynamodb/placeholders";

const item: Item = { pk: "control", version: 3, active: null, order: { side: "BUY" }, tags: ["x"] };
const bindings = {
  names: { "#at": "at", "#o": "order" },
  values: { ":three": 3, ":two": 2, ":x": "x", ":buy": "BUY", ":con": "con", ":null": null },
};

describe("a condition", () => {
  test.each([
    ["version = :three", true],
    ["version <> :three", false],
    ["absent <> :three", true],
    ["absent = :three", false],
    ["absent < :three", false],
    ["version BETWEEN :two AND :three", true],
    ["version IN (:two, :three)", true],
    ["attribute_exists(active)", true],
    ["attribute_not_exists(#at)", true],
    ["active = :null", true],
    ["begins_with(pk, :con) AND version > :two", true],
    ["#o.side = :buy", true],
    ["contains(tags, :x)", true],
    ["tags[0] = :x", true],
    ["size(tags) < :two", true],
    ["version = :two OR version = :three AND pk = :x", false],
    ["NOT (version = :two OR pk = :x)", true],
  ])("%s is %s", (text, expected) => {
    expect(parseCondition(text)(item, bindings)).toBe(expected);
  });

  it("holds of an item that is not there only where absence is asked for", () => {
    expect(parseCondition("attribute_not_exists(pk)")(undefined, bindings)).toBe(true);
    expect(parseCondition("version = :three")(undefined, bindings)).toBe(false);
  });

  test.each(["shard = :x", "attribute_exists(status)", "#o.#at = :x AND name = :x"])(
    "%s names a word that DynamoDB reserves",
    (text) => expect(() => parseCondition(text)).toThrow(/reserved keyword/),
  );

  test.each(["version =", "version ~ :two", "(version = :two", "version = :two :three"])(
    "%s is refused",
    (text) => expect(() => parseCondition(text)).toThrow(ValidationException),
  );
});

describe("a change", () => {
  const changed = (text: string): Record<string, unknown> => {
    const draft = { ...item };
    parseChange(text)(draft, item, bindings);
    return draft;
  };

  it("sets, adds and removes in one go, from what was there before", () => {
    const after = changed(
      "SET version = version + :two, #at = if_not_exists(#at, :x) REMOVE active",
    );
    expect(after).toEqual({ ...item, version: 5, at: "x", active: undefined });
    expect("active" in after).toBe(false);
    expect(changed("ADD version :two")["version"]).toBe(5);
  });
});

describe("placeholders", () => {
  const input = (names: object, values: object) => ({
    ConditionExpression: "#at = :two",
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  });

  it("are all defined and all used", () => {
    expect(() => checkPlaceholders(input({ "#at": "at" }, { ":two": 2 }))).not.toThrow();
    expect(() => checkPlaceholders(input({}, { ":two": 2 }))).toThrow(/not defined/);
    expect(() => checkPlaceholders(input({ "#at": "at", "#b": "b" }, { ":two": 2 }))).toThrow(
      "#b is given and not used",
    );
  });
});
