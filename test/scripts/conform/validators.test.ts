import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { Report } from "../../../scripts/conform/findings";
import { canMatch } from "../../../scripts/conform/validators/arnPattern";
import { compilePattern } from "../../../scripts/conform/validators/pattern";
import { ServiceModels } from "../../../scripts/conform/validators/serviceModels";

test.each([
  ["*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", true],
  [
    "arn:aws:sqs:us-east-1:1:orders",
    "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}",
    true,
  ],
  [
    "arn:aws:sns:us-east-1:1:orders",
    "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}",
    false,
  ],
  ["arn:aws:s3:::archive/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", true],
  ["arn:aws:s3:::archive", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", false],
])("whether %s can match %s: %s", (pattern, typeArn, expected) => {
  expect(canMatch(pattern, typeArn)).toBe(expected);
});

test.each([
  ["[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "Größe 1@x", "a#b"],
  ["[\\w+=,.@-]+", "role-1", "role 1"],
  ["^arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?.*$", "arn:aws:iam::123456789012:role/x", "arn:x"],
  ["(?s).*", "two\nlines", undefined],
])("the pattern %s means whole values", (pattern, good, bad) => {
  const compiled = compilePattern(pattern)!;
  expect(compiled.test(good)).toBe(true);
  if (bad !== undefined) expect(compiled.test(bad)).toBe(false);
});

describe("service models", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "models-"));
    const shapes = {
      Input: {
        type: "structure",
        required: ["Name"],
        members: { Name: { shape: "Name" }, Size: { shape: "Size" }, Kinds: { shape: "Kinds" } },
      },
      Name: { type: "string", pattern: "[a-z]+", max: 5 },
      Size: { type: "integer", min: 1, max: 10 },
      Kinds: { type: "list", member: { shape: "Kind" } },
      Kind: { type: "string", enum: ["A", "B"] },
    };
    const model = { operations: { Create: { input: { shape: "Input" } } }, shapes };
    for (const [version, content] of [
      ["2019-01-01", { operations: {}, shapes: {} }],
      ["2020-01-01", model],
    ] as const) {
      mkdirSync(path.join(directory, "things", version), { recursive: true });
      const file = path.join(directory, "things", version, "service-2.json.gz");
      writeFileSync(file, gzipSync(JSON.stringify(content)));
    }
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  function rules(parameters: Record<string, unknown>): string[] {
    const report = new Report("service models");
    const request = { resource: "Thing a", region: "us-east-1", operation: "things.Create" };
    new ServiceModels(directory).check([{ ...request, parameters }], report);
    return report.findings.map(({ rule }) => rule);
  }

  test("accept what fits the newest version", () => {
    expect(rules({ Name: "abc", Size: 10, Kinds: ["A", "B"] })).toEqual([]);
  });

  test.each([
    ["required", { Size: 1 }],
    ["member", { Name: "abc", Colour: "red" }],
    ["type", { Name: 7 }],
    ["pattern", { Name: "a1" }],
    ["maximum", { Name: "abcdef" }],
    ["minimum", { Name: "abc", Size: 0 }],
    ["enum", { Name: "abc", Kinds: ["C"] }],
  ])("find a fault of the kind %s", (rule, parameters) => {
    expect(rules(parameters)).toEqual([rule]);
  });
});
