/** Beginnings of names that AWS keeps for itself. Every physical name begins with the environment. */
const reserved: Readonly<Record<string, string>> = {
  "amzn-s3-demo-": "S3",
  "sthree-": "S3",
  "xn--": "S3",
  "sg-": "EC2, for security groups,",
};

/** Why a name of an environment is refused, as the end of a sentence about it. */
export function whyReserved(env: string): string | undefined {
  const found = Object.entries(reserved).find(([prefix]) => `${env}-`.startsWith(prefix));
  return found && `makes names that start with ${found[0]}, which ${found[1]} reserves`;
}
