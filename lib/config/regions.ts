/**
 * Regions for standby and witness. DynamoDB replicates with strong consistency among any three of
 * them, and no account has to enable them.
 *
 * From AWS's announcement of September 2026, read in a copy, without Europe (Spain), which an account
 * has to enable: aws.amazon.com/about-aws/whats-new/2026/09/dynamodb-mrsc-additional-regions
 */
export const usableRegions = [
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
] as const;

export type UsableRegion = (typeof usableRegions)[number];

const withoutStrongTables = ["us-west-1", "ap-southeast-2", "sa-east-1"];
const optIn =
  /^(af-south-1|ap-(east-[12]|south-2|southeast-[3-7])|ca-west-1|eu-(central-2|south-[12])|il-central-1|me-(central|south)-1|mx-central-1)$/;

/** Why a region cannot be used, as the end of a sentence about it. */
export function whyNoRegion(name: string): string {
  if (withoutStrongTables.includes(name)) {
    return "has no strongly consistent DynamoDB global tables, which the ledger needs";
  }
  if (optIn.test(name)) {
    return "must be enabled in each account, and SNS of us-east-1 cannot invoke functions there";
  }
  if (/^(cn|us-gov|us-iso\w*|eu-isoe|eusc)-/.test(name)) {
    return "belongs to another AWS partition than us-east-1";
  }
  return "is not a region that this program knows";
}
