import { cachedCapture } from "../../support/capture/cachedCapture";
import type { Resource } from "../description/lookup";
import { pattern } from "../description/policy";
import { checkOutage, createPlatform } from "../drill";
import { beginningOf } from "../scenario/arming";
import { regionLost } from "../scenario/faults";
import { playOutage } from "../scenario/outage";
import { drawSchedule } from "../scenario/schedule";
import { closing, deletion } from "../shipped";
import type { Command } from "../world/awsService";
import { Permissions } from "../world/permissions";
import { worldOf } from "./worldOf";

const HOME = "us-east-1";
const LEDGER = "dev-ledger";
const ORDER = "order#00000000-0000-4000-8000-000000000000";

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

afterEach(() => jest.restoreAllMocks());

interface Statement {
  Resource: string[];
  Action: string[];
  Condition?: Record<string, Record<string, string[]>>;
}

/** `role action keys`: the rights to the ledger's items that the policies grant. */
function granted(): string[] {
  const policies = resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
  return policies.flatMap(({ name, state }) => {
    const { Statement } = JSON.parse(String(state["policy"])) as { Statement: Statement[] };
    const onItems = Statement.filter((each) =>
      each.Resource.some((arn) => arn.endsWith(`table/${LEDGER}`)),
    );
    return onItems.flatMap(({ Action, Condition }) => {
      const keys = Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"] ?? [
        "(any key)",
      ];
      return Action.flatMap((action) => keys.map((key) => `${name} ${action} ${key}`));
    });
  });
}

/** `role action key` of every call to the ledger's items in what `play` plays. */
async function used(play: () => Promise<void>): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const { allow } = Permissions.prototype;
  jest.spyOn(Permissions.prototype, "allow").mockImplementation(function (
    this: Permissions,
    ...[of, action, resource, context]: Parameters<typeof allow>
  ) {
    if (resource.endsWith(`table/${LEDGER}`)) {
      const role = `${of.stem}-${of.region === HOME ? "use1" : "use2"}`;
      for (const key of context?.["dynamodb:leadingkeys"] ?? []) {
        seen.add(`${role} ${action} ${key.startsWith("order#") ? ORDER : key}`);
      }
    }
    return allow.call(this, of, action, resource, context);
  });
  await play();
  return seen;
}

/** Rights that a short outage does not use; lambda/ tests these calls. */
const rare = [
  // Home's orchestrator works during a failback.
  /^failoverOrchestrator-use1 /,
  // An order is rejected if its row has another content, and deleted a day after it was closed.
  /^orderProcessor-\w+ dynamodb:UpdateItem order/,
  /^settlementSweep-\w+ dynamodb:PartiQLDelete /,
];

it("roles have the rights to keys of the ledger that their handlers use, and no others", async () => {
  const platform = await createPlatform(resources);
  const calls = await used(async () => {
    const fault = regionLost(HOME);
    const lost = await playOutage(platform, { seed: "1", fault, playsCanaries: true });
    const schedule = drawSchedule("1", { kind: "settling" });
    const beginning = await beginningOf(platform, "armed");
    const stuck = await playOutage(platform, { seed: "1", schedule, beginning });
    // A call without a right breaks a promise.
    expect([...checkOutage(lost), ...checkOutage(stuck)]).toEqual([]);
  });
  const isUsed = (right: string): boolean => {
    const glob = pattern(right);
    return [...calls].some((call) => glob.test(call));
  };
  const unused = granted().filter((right) => !isUsed(right));
  expect(unused.filter((right) => !rare.some((each) => each.test(right)))).toEqual([]);
  expect(calls.size).toBeGreaterThan(0);
}, 120_000);

/** A write of each kind to an item, as handlers send it. */
const writesOf = (pk: string): readonly Command[] => {
  const statement = ({ text, parameters }: { text: string; parameters: readonly unknown[] }) => ({
    name: "BatchExecuteStatementCommand",
    input: { Statements: [{ Statement: text, Parameters: parameters }] },
  });
  const entry = { pk, shard: "closed#1", at: "2026-01-01T00:00:00.000Z" };
  const key = { TableName: LEDGER, Key: { pk } };
  return [
    { name: "PutCommand", input: { TableName: LEDGER, Item: { pk } } },
    { name: "UpdateCommand", input: key },
    { name: "DeleteCommand", input: key },
    statement(closing(LEDGER, entry, "fingerprint", entry.at)),
    statement(deletion(LEDGER, entry)),
  ];
};

/** The functions that may write an item, with the actions. */
function writersOf(pk: string): string[] {
  const { base, dynamodb, permissions } = worldOf(resources, [], {});
  return [...base.program.functions.values()].flatMap((description) => {
    const { stem, region } = description;
    return writesOf(pk).flatMap(({ name, input }) => {
      const request = dynamodb.permission(region, name, input);
      const isRefused = permissions.refused(description, request, {
        context: dynamodb.context(input),
      });
      return isRefused === undefined ? [`${stem} ${region} ${request[0]}`] : [];
    });
  });
}

const inBoth = (...writers: string[]): string[] =>
  [HOME, "us-east-2"].flatMap((region) => writers.map((each) => each.replace(" ", ` ${region} `)));
const atHome = (...writers: string[]): string[] => inBoth(...writers).slice(0, writers.length);

it.each<[string, string[]]>([
  ["control", inBoth("failoverOrchestrator dynamodb:PutItem")],
  ["takeovers", inBoth("failoverOrchestrator dynamodb:PutItem")],
  ["looks#sentinel", ["sentinel us-east-2 dynamodb:PutItem"]],
  ["alive#us-east-1", atHome("orderApi dynamodb:UpdateItem", "health dynamodb:UpdateItem")],
  ["progress#us-east-1", atHome("orderProcessor dynamodb:UpdateItem")],
  [
    ORDER,
    inBoth(
      "orderApi dynamodb:PutItem",
      "orderProcessor dynamodb:UpdateItem",
      "orderProcessor dynamodb:PartiQLUpdate",
      "settlementSweep dynamodb:PartiQLUpdate",
      "settlementSweep dynamodb:PartiQLDelete",
    ),
  ],
  ["anything else", []],
])("the item %s can be written only by its own functions", (pk, writers) => {
  expect(writersOf(pk).sort()).toEqual([...writers].sort());
});

it("a batch is refused if one of its statements names another's item", () => {
  const { base, dynamodb, permissions } = worldOf(resources, [], {});
  const sweep = [...base.program.functions.values()].find(
    ({ stem }) => stem === "settlementSweep",
  )!;
  const refused = (...pks: string[]) => {
    const Statements = pks.flatMap((pk) => writesOf(pk).at(-1)!.input["Statements"] as object[]);
    const request = dynamodb.permission(HOME, "BatchExecuteStatementCommand", { Statements });
    return permissions.refused(sweep, request, { context: dynamodb.context({ Statements }) });
  };
  expect(refused(ORDER, `${ORDER}1`)).toBeUndefined();
  expect(refused(ORDER, "control")).toMatch(`table/${LEDGER}`);
});

it("a handler that writes another's item is refused, and the item stays as it is", async () => {
  const file = "lambda/detection/heartbeat.ts";
  const from = "updateItem(runtime, table, aliveKey(region),";
  const to = 'updateItem(runtime, table, "control",';
  const platform = await createPlatform(resources, {
    name: "heartbeats in the control item",
    sources: [{ file, from, to }],
  });
  const outage = await playOutage(platform, { seed: "1", fault: regionLost(HOME) });
  expect(outage.control).not.toHaveProperty("atMs");
  const broken = checkOutage(outage).map(({ name, seen }) => `${name}: ${seen}`);
  expect(broken).toContainEqual(
    expect.stringMatching(
      /^every function may call what it calls: .* dynamodb:UpdateItem on .*:table\/dev-ledger$/,
    ),
  );
}, 60_000);
