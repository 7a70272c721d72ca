import type { Finding } from "../../../scripts/conform/findings";
import { compare } from "../../../scripts/conform/reasons";

const finding: Finding = {
  validator: "checkov",
  rule: "CKV_AWS_27",
  capture: "pull request",
  resource: "Queue queues-use1-orders",
  message: "encrypt the queue",
};
const reason = {
  validator: "checkov",
  rule: "CKV_AWS_27",
  resources: ["Queue queues-*"],
  reason: "SQS encrypts queues with its own key.",
};
const ran = new Set(["checkov"]);

test("a finding with a reason is explained", () => {
  expect(compare([finding], [reason], ran)).toEqual({
    unexplained: [],
    outdated: [],
    explained: 1,
  });
});

test.each([
  ["another rule", { rule: "CKV_AWS_26" }],
  ["another validator", { validator: "cfn-lint" }],
  ["another resource", { resources: ["Queue queues-use2-*"] }],
  ["another capture", { captures: ["longest names"] }],
  ["another message", { message: "rotate" }],
])("a reason for %s does not explain it", (_, other) => {
  const validators = new Set(["checkov", "cfn-lint"]);
  const { unexplained, outdated } = compare([finding], [{ ...reason, ...other }], validators);
  expect(unexplained).toEqual([finding]);
  expect(outdated).toHaveLength(1);
});

test("a resource that no finding names is outdated, even if others of the reason are not", () => {
  const resources = [...reason.resources, "Queue gone"];
  expect(compare([finding], [{ ...reason, resources }], ran).outdated).toEqual([
    "checkov, CKV_AWS_27, Queue gone",
  ]);
});

test("reasons for a validator that was skipped are not outdated", () => {
  expect(compare([], [reason], new Set(["iam"])).outdated).toEqual([]);
});
