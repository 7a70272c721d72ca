import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { CapturedResource } from "../support/capture/capture";
import { loadProgram } from "./helpers/program";
import { statefulUrns, urnProblems } from "./helpers/urns";

/**
 * Names of everything that the program declares by default. To review a change, run
 * `UPDATE_INVENTORY=1 npx jest test/inventory` and read the difference.
 */
const INVENTORY = path.join(__dirname, "inventory.txt");
/** URNs of stateful resources. The command above adds new ones; nothing removes one but a person. */
const STATEFUL = path.join(__dirname, "statefulUrns.txt");

const linesOf = (file: string): string[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");

const isUpdate = process.env["UPDATE_INVENTORY"] === "1";

let resources: readonly CapturedResource[];

beforeAll(async () => {
  ({ resources } = await loadProgram());
});

test("the program declares what test/inventory.txt lists", () => {
  const declared = resources
    .map(({ type, name, region }) => [region ?? "everywhere", type, name].join(" "))
    .sort();
  if (isUpdate) writeFileSync(INVENTORY, `${declared.join("\n")}\n`);
  expect(declared).toEqual(linesOf(INVENTORY));
});

test("no stateful resource changes its URN without an alias", () => {
  if (isUpdate) {
    const all = new Set([...linesOf(STATEFUL), ...statefulUrns(resources)]);
    writeFileSync(STATEFUL, `${[...all].sort().join("\n")}\n`);
  }
  expect(urnProblems(linesOf(STATEFUL), resources)).toEqual([]);
});

describe("the comparison of URNs", () => {
  const LEDGER = "trading:platform:Dynamodb$aws:dynamodb/table:Table::dynamodb-ledger";
  const isLedger = ({ name }: CapturedResource) => name === "dynamodb-ledger";
  const renamed = (aliases: string[]) =>
    resources.map((each) => (isLedger(each) ? { ...each, name: "renamed", aliases } : each));

  test("reports a resource that was renamed, and its new URN", () => {
    expect(urnProblems(statefulUrns(resources), renamed([]))).toEqual([
      expect.stringContaining(`${LEDGER} would be deleted`),
      expect.stringContaining("::renamed is not listed"),
    ]);
  });

  test("accepts a resource that was renamed with an alias", () => {
    const after = renamed([`urn:pulumi:drill::trading-platform::pulumi:pulumi:Stack$${LEDGER}`]);
    expect(urnProblems([...statefulUrns(after), LEDGER], after)).toEqual([]);
  });

  test("reports a resource that has disappeared", () => {
    const left = resources.filter((each) => !isLedger(each));
    expect(urnProblems(statefulUrns(resources), left)).toEqual([
      expect.stringContaining(`${LEDGER} would be deleted`),
    ]);
  });

  test("knows the types of all parents, as the engine does", () => {
    expect(statefulUrns(resources)).toContain(
      "trading:platform:S3$trading:platform:Bucket$aws:s3/bucket:Bucket::s3-use1",
    );
  });
});
