import type { Resource } from "../description/lookup";
import { table } from "../../support/cli/table";

/** Service names for readers, if they differ from the names of Pulumi's modules. */
const services: Record<string, string> = {
  apigateway: "API Gateway",
  cloudwatch: "CloudWatch",
  dynamodb: "DynamoDB",
  ec2: "Network",
  iam: "IAM",
  kms: "KMS",
  lambda: "Lambda",
  rds: "Aurora",
  route53: "Route 53",
  s3: "S3",
  secretsmanager: "Secrets Manager",
  sns: "SNS",
  sqs: "SQS",
  synthetics: "Synthetics",
  vpc: "Network",
};

/** Global services, whichever provider declares their resources. */
const worldwide = new Set(["IAM", "Route 53"]);

function serviceOf(type: string): string | undefined {
  const module = /^aws:([^/]+)\/(\w+):/.exec(type);
  if (module === null) return undefined;
  if (module[2]!.startsWith("event")) return "EventBridge";
  return services[module[1]!] ?? module[1];
}

/** How many resources the program declares, by service and region. */
export function resourceTable(resources: readonly Resource[], regions: readonly string[]): string {
  const columns = [...regions, "worldwide"];
  const counts = new Map<string, number[]>();
  for (const resource of resources) {
    const service = serviceOf(resource.type);
    if (service === undefined) continue;
    const place = worldwide.has(service) ? "worldwide" : (resource.region ?? "worldwide");
    const row = counts.get(service) ?? columns.map(() => 0);
    counts.set(service, row);
    const column = columns.indexOf(place);
    row[column < 0 ? columns.length - 1 : column]!++;
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const sums = columns.map((_, i) => rows.reduce((sum, [, row]) => sum + row[i]!, 0));
  return table([
    ["", ...columns],
    ...rows.map(([service, row]) => [service, ...row.map((n) => (n === 0 ? "" : String(n)))]),
    ["all", ...sums.map(String)],
  ]);
}
