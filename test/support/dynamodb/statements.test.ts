import { Simulation } from "../../../support/simulation/simulation";
import { HOME } from "../../helpers/fakeEnvironment";
import { FakeServices } from "../../helpers/fakeServices";

const close = 'UPDATE "ledger" SET "shard" = ? SET "at" = ? WHERE "pk" = ? AND "shard" = ?';
const mark = 'UPDATE "ledger" SET "n" = ? WHERE "pk" = ? AND "n" < ?';
const first = 'UPDATE "ledger" SET "n" = ? WHERE "pk" = ? AND "n" IS MISSING';
const remove = 'DELETE FROM "ledger" WHERE "pk" = ? AND "at" = ?';
let services: FakeServices;

beforeEach(() => {
  services = new FakeServices(new Simulation());
  for (const [pk, rest] of Object.entries({ a: { n: 1 }, b: { n: 5 }, c: {} })) {
    const Item = { pk, shard: "open#1", at: "1", ...rest };
    services.ledgerAnswer(HOME, "PutCommand", { TableName: "ledger", Item });
  }
});

/** The error codes of the statements, undefined for those that were carried out. */
function codes(...statements: readonly (readonly [string, ...unknown[]])[]) {
  const Statements = statements.map(([Statement, ...Parameters]) => ({ Statement, Parameters }));
  const input = { Statements };
  const answer = services.ledgerAnswer(HOME, "BatchExecuteStatementCommand", input) as {
    Responses: { Error?: { Code: string } }[];
  };
  return answer.Responses.map(({ Error: error }) => error?.Code);
}

const item = (pk: string): unknown =>
  (
    services.ledgerAnswer(HOME, "GetCommand", {
      TableName: "ledger",
      Key: { pk },
      ConsistentRead: true,
    }) as { Item: unknown }
  ).Item;

describe("BatchExecuteStatement", () => {
  it("carries out each statement by itself", () => {
    expect(
      codes([close, "closed#1", "2", "a", "open#1"], [close, "x", "2", "b", "open#2"]),
    ).toEqual([undefined, "ConditionalCheckFailed"]);
    expect(item("a")).toEqual({ pk: "a", shard: "closed#1", at: "2", n: 1 });
    expect(item("b")).toMatchObject({ shard: "open#1" });
  });

  it("compares numbers, and tells a missing attribute from one that is there", () => {
    expect(codes([mark, 3, "a", 3], [mark, 3, "b", 3], [mark, 3, "c", 3])).toEqual([
      undefined,
      "ConditionalCheckFailed",
      "ConditionalCheckFailed",
    ]);
    expect(codes([first, 3, "b"], [first, 3, "c"])).toEqual(["ConditionalCheckFailed", undefined]);
    expect(item("c")).toMatchObject({ n: 3 });
  });

  it("updates no item that does not exist", () => {
    expect(codes([first, 3, "d"])).toEqual(["ConditionalCheckFailed"]);
    expect(item("d")).toBeUndefined();
  });

  it("deletes an item if the condition holds", () => {
    expect(codes([remove, "a", "2"], [remove, "b", "1"])).toEqual([
      "ConditionalCheckFailed",
      undefined,
    ]);
    expect([item("a"), item("b")]).toEqual([expect.anything(), undefined]);
  });

  it("reports a wrong number of parameters", () => {
    expect(codes([mark, 3, "a"])).toEqual(["ValidationError"]);
  });

  it("takes up to 25 statements", () => {
    const statement = [remove, "a", "9"] as const;
    expect(codes(...Array<typeof statement>(25).fill(statement))).toHaveLength(25);
    expect(() => codes(...Array<typeof statement>(26).fill(statement))).toThrow("1 to 25 allowed");
  });

  it.each([
    'SELECT * FROM "ledger" WHERE "pk" = ?',
    'UPDATE "ledger" SET "n" = 3 WHERE "pk" = ?',
    'DELETE FROM "ledger" WHERE "pk" = ? OR "n" = ?',
  ])("does not pretend to know %s", (text) => {
    expect(() => codes([text, "a"])).toThrow("is not modelled");
  });
});
