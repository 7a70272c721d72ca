import { doubtOfVersion, whyNoVersion } from "../../../lib/config/auroraVersions";

test.each(["15.10", "15.17", "16.9", "17.4", "18.3"])("%s is used without a doubt", (version) => {
  expect(whyNoVersion(version)).toBeUndefined();
  expect(doubtOfVersion(version)).toBeUndefined();
});

test.each([
  ["14.20", "is too old"],
  ["15.4", "is not offered by Aurora, or too old"],
  ["15.11", "is not offered by Aurora, or too old"],
  ["16.4", "is not offered by Aurora, or too old"],
  ["17.8", "is not offered by Aurora, or too old"],
  ["15.1", "is what YAML reads if 15.10 has no quotes"],
  ["16.1", "is what YAML reads if 16.10 has no quotes"],
])("%s is refused, because it %s", (version, reason) => {
  expect(whyNoVersion(version)).toMatch(reason);
});

test.each(["15.18", "15.99", "18.4", "19.1"])(
  "%s is allowed, with a command to check it",
  (version) => {
    expect(whyNoVersion(version)).toBeUndefined();
    expect(doubtOfVersion(version)).toMatch(
      `: aws rds describe-db-engine-versions --engine aurora-postgresql --engine-version ${version}`,
    );
  },
);
