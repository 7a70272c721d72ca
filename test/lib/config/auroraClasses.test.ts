import { doubtOfClass, whyNoClass } from "../../../lib/config/auroraClasses";

test.each(["db.serverless", "db.r5.large", "db.r6g.16xlarge", "db.r6id.24xlarge", "db.x2g.large"])(
  "%s is allowed",
  (name) => expect(whyNoClass(name)).toBeUndefined(),
);

test.each([
  ["r6g.large", "is not the name of an instance class"],
  ["db.r6g", "is not the name of an instance class"],
  ["db.r6g.large ", "is not the name of an instance class"],
  ["db.t4g.medium", "is burstable"],
  ["db.m6g.large", "is not memory optimised"],
  ["db.r3.large", "is older than db.r5"],
  ["db.r4.large", "is older than db.r5"],
  ["db.x1e.xlarge", "is older than db.x2"],
  ["db.r5b.large", "is not offered for Aurora PostgreSQL"],
  ["db.x2iedn.xlarge", "is not offered for Aurora PostgreSQL"],
  ["db.r6g.999xlarge", "has no such size, only large, xlarge, 2xlarge, "],
  ["db.r6gd.large", "has no such size, only xlarge, 2xlarge, "],
  ["db.r9g.999xlarge", "has no such size"],
])("%s is refused, because it %s", (name, reason) => {
  expect(whyNoClass(name)).toMatch(reason);
});

test.each(["db.r9g.large", "db.r8i.4xlarge", "db.x8g.xlarge"])(
  "%s, which is newer than the list, is allowed with a command to check it",
  (name) => {
    expect(whyNoClass(name)).toBeUndefined();
    expect(doubtOfClass(name, "us-east-2")).toMatch(
      new RegExp(`^is newer than .*--db-instance-class ${name} --region us-east-2$`),
    );
  },
);

test("a class is doubted only in the regions that did not have it", () => {
  expect(doubtOfClass("db.x2g.large", "us-east-2")).toBeUndefined();
  expect(doubtOfClass("db.x2g.large", "eu-central-1")).toMatch(/^was not offered in eu-central-1 /);
  expect(doubtOfClass("db.r6g.large", "eu-central-1")).toBeUndefined();
});
