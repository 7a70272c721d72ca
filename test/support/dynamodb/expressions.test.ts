import { NotModelledError } from "../../../support/aws/errors";
import { ValidationException } from "../../../support/dynamodb/expressionTokens";
import {
  type Item,
  checkPlaceholders,
  parseChange,
  parseCondition,
} from "../../../support/dynamodb/expressions";

const item: Item = { pk: "control", version: 3, active: null, order: { side: "BUY" }, tags: ["x"] };
const bindings = {
  names: { "#at": "at", "#o": "order" },
  values: { ":three": 3, ":two": 2, ":x": "x", ":control": "control", ":null": null },
};

describe("a condition", () => {
  test.each([
    ["version = :three", true],
    ["absent = :three", false],
    ["absent < :three", false],
    ["version <= :three", true],
    ["attribute_exists(active)", true],
    ["attribute_not_exists(#at)", true],
    ["active = :null", true],
    ["pk = :control AND version < :two", false],
    ["pk < :two", false],
    ["version = :two OR version = :three AND pk = :x", false],
    ["(version = :two OR version = :three) AND pk = :x", false],
  ])("%s is %s", (text, expected) => {
    expect(parseCondition(text)(item, bindings)).toBe(expected);
  });

  it("holds of an item that is not there only where absence is asked for", () => {
    expect(parseCondition("attribute_not_exists(pk)")(undefined, bindings)).toBe(true);
    expect(parseCondition("version = :three")(undefined, bindings)).toBe(false);
  });

  test.each(["shard = :x", "attribute_exists(status)", "#at = :x AND name = :x"])(
    "%s names a word that DynamoDB reserves",
    (text) => expect(() => parseCondition(text)).toThrow(/reserved keyword/),
  );

  test.each(["version =", "(version = :two", "version = :two :three"])("%s is refused", (text) =>
    expect(() => parseCondition(text)).toThrow(ValidationException),
  );
});

describe("a change", () => {
  const changed = (text: string): Record<string, unknown> => {
    const draft = { ...item };
    parseChange(text)(draft, bindings);
    return draft;
  };

  it("sets and removes attributes", () => {
    const after = changed("SET version = :two, #at = :x REMOVE active");
    expect(after).toEqual({ ...item, version: 2, at: "x", active: undefined });
    expect("active" in after).toBe(false);
  });
});

describe("what this program does not use", () => {
  test.each([
    "version <> :three",
    "version > :two",
    "version BETWEEN :two AND :three",
    "version IN (:two, :three)",
    "tags ~ :x",
  ])("the condition %s ends the outage with an error", (text) => {
    expect(() => parseCondition(text)).toThrow();
  });

  test.each(["begins_with(pk, :x)", "contains(tags, :x)", "size(tags) < :two"])(
    "the condition %s is refused",
    (text) => expect(() => parseCondition(text)).toThrow(),
  );

  test.each(["ADD version :two", "SET version = version + :two", "DELETE tags :x"])(
    "the change %s ends the outage with an error",
    (text) => expect(() => parseChange(text)).toThrow(NotModelledError),
  );
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
      "#b is defined and not used",
    );
  });
});
