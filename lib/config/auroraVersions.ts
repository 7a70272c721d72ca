/**
 * Minor versions of Aurora PostgreSQL, by major version: AWS's list of May 2026, as cfn-lint 1.51
 * contains it; for 18, the User Guide. Versions before 15.10 and 16.6 are left out: AWS has withdrawn
 * most of them, and with the others it refuses a failover between different patch levels.
 */
const minorVersions: Readonly<Record<number, readonly number[]>> = {
  15: [10, 12, 13, 14, 15, 17],
  16: [6, 8, 9, 10, 11, 13],
  17: [4, 5, 6, 7, 9],
  18: [3],
};

function parse(version: string): { major: number; minor: number } {
  const [major, minor] = version.split(".").map(Number);
  return { major: major!, minor: minor! };
}

/** Why a version is refused, as the end of a sentence about it. */
export function whyNoVersion(version: string): string | undefined {
  const { major, minor } = parse(version);
  if (major < 15) return "is too old: the SQL of this program needs PostgreSQL 15";
  const minors = minorVersions[major];
  if (!minors || minors.includes(minor) || minor > minors.at(-1)!) return undefined;
  return minors.includes(minor * 10)
    ? `is what YAML reads if ${version}0 has no quotes`
    : "is not offered by Aurora, or too old for a global database";
}

/** What is uncertain about a version, as the end of a sentence about it. */
export function doubtOfVersion(version: string): string | undefined {
  const { major, minor } = parse(version);
  if (minorVersions[major]?.includes(minor)) return undefined;
  return (
    "is newer than every version that this program knows; check that both regions offer it: " +
    `aws rds describe-db-engine-versions --engine aurora-postgresql --engine-version ${version}`
  );
}
