/** The same ARN in another region: replicas of secrets and tables keep their name and account. */
export function arnInRegion(arn: string, region: string): string {
  const fields = arn.split(":");
  fields[3] = region;
  return fields.join(":");
}

/** The last field of an ARN. */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);
