import { type UsableRegion, usableRegions } from "./regions";

const to16 = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];

/**
 * The sizes that Aurora PostgreSQL offers, by family of classes: AWS's list of orderable instances of
 * May 2026, as cfn-lint 1.51 contains it.
 */
const sizes: Readonly<Record<string, readonly string[]>> = {
  r5: [...to16, "24xlarge"],
  r6g: to16,
  r6gd: to16.slice(1),
  r6i: [...to16, "24xlarge", "32xlarge"],
  r6id: ["24xlarge", "32xlarge"],
  r7g: to16,
  r7i: [...to16, "24xlarge", "48xlarge"],
  r8g: [...to16, "24xlarge", "48xlarge"],
  r8gd: [...to16.slice(1), "24xlarge", "48xlarge"],
  x2g: to16,
};

const except = (...regions: UsableRegion[]): readonly UsableRegion[] =>
  usableRegions.filter((region) => !regions.includes(region));

/** Where the same list has a family, if it is not in all usable regions. */
const offeredIn: Readonly<Record<string, readonly UsableRegion[]>> = {
  r6gd: except("ap-northeast-3"),
  r6id: except("ap-northeast-2", "ap-northeast-3", "ca-central-1", "eu-north-1", "eu-west-3"),
  r8g: except("eu-west-2", "eu-west-3"),
  r8gd: ["us-east-1", "us-east-2", "us-west-2", "ap-northeast-1", "eu-central-1"],
  x2g: ["us-east-1", "us-east-2", "us-west-2", "eu-west-1"],
};

/**
 * The memory optimised families. AWS recommends db.r5 or newer for a global database. After the
 * generation `known`, there may be families that this program does not know.
 */
const generations: Readonly<Record<string, { oldest: number; known: number }>> = {
  r: { oldest: 5, known: 7 },
  x: { oldest: 2, known: 2 },
};

/** `db.r6g.large` has the family r6g, the kind r and the generation 6. */
function parse(name: string) {
  const match = /^db\.(?<family>(?<kind>[a-z]+)(?<generation>\d+)\w*)\.(?<size>\w+)$/.exec(name);
  const { family, kind, generation, size } = match?.groups ?? {};
  return {
    family: family ?? "",
    kind: kind ?? "",
    generation: Number(generation),
    size: size ?? "",
  };
}

/** Why a class is refused, as the end of a sentence about it. */
export function whyNoClass(name: string): string | undefined {
  if (name === "db.serverless") return undefined;
  const { family, kind, generation, size } = parse(name);
  if (family === "") return "is not the name of an instance class";
  if (kind === "t") return "is burstable, which a global database does not allow";
  const range = generations[kind];
  if (!range) return "is not memory optimised, which a global database needs";
  if (generation < range.oldest) {
    return `is older than db.${kind}${range.oldest}, the oldest that AWS recommends for a global database`;
  }
  const offered = sizes[family];
  if (!offered && generation <= range.known) return "is not offered for Aurora PostgreSQL";
  const exists = offered ? offered.includes(size) : /^(\d{0,2}x)?large$/.test(size);
  return exists ? undefined : `has no such size, only ${(offered ?? sizes.r8g!).join(", ")}`;
}

/** What is uncertain about a class in a region, as the end of a sentence about the class. */
export function doubtOfClass(name: string, region: string): string | undefined {
  const { family } = parse(name);
  const isKnown = family in sizes;
  const regions = offeredIn[family] ?? usableRegions;
  if (isKnown && regions.some((each) => each === region)) return undefined;
  const what = isKnown
    ? `was not offered in ${region} in May 2026`
    : "is newer than the classes that this program knows";
  return (
    `${what}; check that ${region} offers it: aws rds describe-orderable-db-instance-options ` +
    `--engine aurora-postgresql --db-instance-class ${name} --region ${region}`
  );
}
