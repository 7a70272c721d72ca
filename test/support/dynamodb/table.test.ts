import { marshall } from "@aws-sdk/util-dynamodb";
import { Simulation } from "../../../support/simulation/simulation";
import { HOME } from "../../helpers/fakeEnvironment";
import { ValidationException } from "../../../support/dynamodb/expressionTokens";
import { FakeServices } from "../../helpers/fakeServices";

describe("a write whose condition fails", () => {
  const services = new FakeServices(new Simulation());
  const put = (n: number, options: object = {}): unknown =>
    services.ledgerAnswer(HOME, "PutCommand", {
      TableName: "ledger",
      Item: { pk: "order#1", n },
      ConditionExpression: "attribute_not_exists(pk)",
      ...options,
    });
  const refused = (options: object): unknown => {
    try {
      return put(2, options);
    } catch (error) {
      return error;
    }
  };
  put(1);

  it("is refused with the item that is there, where that is asked for", () => {
    const error = refused({ ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "ConditionalCheckFailedException",
      Item: marshall({ pk: "order#1", n: 1 }),
    });
  });

  it("is refused without it otherwise, or where there is none", () => {
    const other = { ConditionExpression: "n < :n", ExpressionAttributeValues: { ":n": 0 } };
    const absent = {
      Item: { pk: "order#2", n: 2 },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    for (const options of [{}, other, { ...other, ...absent }]) {
      expect(refused(options)).toMatchObject({ name: "ConditionalCheckFailedException" });
      expect(refused(options)).not.toHaveProperty("Item");
    }
  });
});

describe("a batch of reads", () => {
  const services = new FakeServices(new Simulation());
  const read = (...pks: string[]): unknown =>
    services.ledgerAnswer(HOME, "BatchGetCommand", {
      RequestItems: { ledger: { Keys: pks.map((pk) => ({ pk })), ConsistentRead: true } },
    });
  services.ledgerAnswer(HOME, "PutCommand", { TableName: "ledger", Item: { pk: "a", n: 1 } });

  it("returns the items that are there", () => {
    const Responses = { ledger: [{ pk: "a", n: 1 }] };
    expect(read("a", "b")).toEqual({ Responses, UnprocessedKeys: {} });
  });

  it.each<[string, string[]]>([
    ["none", []],
    ["more than a hundred", Array.from({ length: 101 }, (_, n) => `order#${n}`)],
    ["one twice", ["a", "a"]],
  ])("is refused with %s", (_, pks) => {
    expect(() => read(...pks)).toThrow(ValidationException);
  });
});
