/** The last field of an ARN. */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);
