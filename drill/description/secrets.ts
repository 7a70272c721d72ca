import { type Lookup, list, regionOf, text } from "./lookup";

/** A secret, its first value, and the ARN of each of its copies. */
export interface SecretDescription {
  text: string;
  arns: readonly string[];
}

export function describeSecrets(lookup: Lookup): SecretDescription[] {
  const versions = lookup.all("aws:secretsmanager/secretVersion:SecretVersion");
  return lookup.all("aws:secretsmanager/secret:Secret").flatMap((secret) => {
    const arn = text(secret, "arn");
    const replicas = list<{ region: string }>(secret, "replicas");
    const regions = [regionOf(secret), ...replicas.map(({ region }) => region)];
    return versions
      .filter((version) => text(version, "secretId") === arn)
      .map((version) => ({
        text: text(version, "secretString"),
        arns: regions.map((region) => inRegion(arn, region)),
      }));
  });
}

function inRegion(arn: string, region: string): string {
  return arn.replace(/^((?:[^:]*:){3})[^:]*/, `$1${region}`);
}
