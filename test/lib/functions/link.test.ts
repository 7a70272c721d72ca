import { type Program, arn, loadProgram, regions } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const control = "control";
const orders = "order#*";
const evidence = [control, "looks#sentinel", "alive#us-east-1", "progress#*"];

/** The keys of the ledger that a function's actions may name, in a region. */
const keysOf: Record<string, (region: string) => Record<string, string[]>> = {
  orderApi: (region) => ({
    GetItem: [control, orders],
    PutItem: [orders],
    UpdateItem: [`alive#${region}`],
  }),
  orderProcessor: (region) => ({
    BatchGetItem: [control, orders],
    UpdateItem: [orders, `progress#${region}`],
    PartiQLUpdate: [orders],
  }),
  settlementSweep: () => ({ GetItem: [control], PartiQLUpdate: [orders], PartiQLDelete: [orders] }),
  health: (region) => ({ GetItem: [control], UpdateItem: [`alive#${region}`] }),
  failoverOrchestrator: () => ({
    GetItem: [...evidence, "takeovers"],
    BatchGetItem: [orders],
    PutItem: [control, "takeovers"],
  }),
};

describe.each(regions)("in %s", (token, region) => {
  const ledger = arn("dynamodb", region, "table/dev-ledger");
  const onLedger = (name: string) =>
    program.statementsOf(name).filter(({ Resource }) => Resource.includes(ledger));

  test.each(Object.keys(keysOf))("%s may name only its own keys of the ledger", (stem) => {
    const statements = onLedger(`${stem}-${token}`);
    expect(
      statements.map(({ Effect, Action, Resource, Condition }) => [
        Effect,
        Action,
        Resource,
        Condition,
      ]),
    ).toEqual(
      Object.entries(keysOf[stem]!(region)).map(([action, keys]) => [
        "Allow",
        [`dynamodb:${action}`],
        [ledger],
        { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } },
      ]),
    );
  });

  test("the other functions have no rights to items of the ledger", () => {
    const others = program
      .all("lambda/function")
      .filter((each) => each.region === region)
      .map(({ name }) => name)
      .filter((name) => !(name.split("-")[0]! in keysOf) && name !== "sentinel-use2");
    expect(others).toContain(`authorizer-${token}`);
    expect(others.flatMap(onLedger)).toEqual([]);
  });
});

test("the sentinel may read the evidence, and write only its probe results", () => {
  const rights = program
    .statementsOf("sentinel-use2")
    .filter(({ Sid }) => Sid?.startsWith("Ledger"))
    .map(({ Action, Condition }) => [Action, Condition?.["ForAllValues:StringLike"]]);
  expect(rights).toEqual([
    [["dynamodb:GetItem"], { "dynamodb:LeadingKeys": evidence }],
    [["dynamodb:BatchGetItem"], { "dynamodb:LeadingKeys": [orders] }],
    [["dynamodb:PutItem"], { "dynamodb:LeadingKeys": ["looks#sentinel"] }],
  ]);
});
