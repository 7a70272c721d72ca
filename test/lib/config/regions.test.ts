import { Region } from "@pulumi/aws";
import { usableRegions, whyNoRegion } from "../../../lib/config/regions";
import { HOME_REGION } from "../../../lambda/runtime/tunables";
import { regionCode } from "../../../lib/platform/naming";
import { matches, textOf } from "../../helpers/markdown";

test("every usable region is one that the AWS provider knows", () => {
  const known: readonly string[] = Object.values(Region);
  expect(usableRegions.filter((name) => !known.includes(name))).toEqual([]);
});

test("every usable region has its own code in names", () => {
  expect(new Set(usableRegions.map(regionCode)).size).toBe(usableRegions.length);
});

test("README.md lists the usable regions", () => {
  const [paragraph] = /^Standby and witness [^]*?\n\n/m.exec(textOf("README.md")) ?? [];
  const listed = matches(paragraph ?? "", /(\w+-\w+-\d)/g);
  expect(listed.sort()).toEqual(usableRegions.filter((name) => name !== HOME_REGION).sort());
});

test.each([
  ["us-west-1", "has no strongly consistent DynamoDB global tables"],
  ["ap-southeast-2", "has no strongly consistent DynamoDB global tables"],
  ["eu-south-2", "must be enabled in each account"],
  ["af-south-1", "must be enabled in each account"],
  ["ap-southeast-3", "must be enabled in each account"],
  ["cn-north-1", "belongs to another AWS partition"],
  ["us-gov-west-1", "belongs to another AWS partition"],
  ["us-east-9", "is not a region that this program knows"],
  ["mars-west-1", "is not a region that this program knows"],
])("%s is refused, because it %s", (name, reason) => {
  expect(usableRegions).not.toContain(name);
  expect(whyNoRegion(name)).toMatch(reason);
});

test("every other region that the provider knows has a reason", () => {
  const others = Object.values(Region).filter((name) => !usableRegions.some((one) => one === name));
  expect(others.map(whyNoRegion)).not.toContain("is not a region that this program knows");
});
