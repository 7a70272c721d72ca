import type { CapturedResource } from "../../support/capture/capture";

/**
 * Types whose loss loses data, or a name or key that others depend on. Queues of orders and of
 * failed events are among them: what they hold is nowhere else.
 */
const statefulTypes = new Set([
  "aws:dynamodb/table:Table",
  "aws:kms/key:Key",
  "aws:rds/cluster:Cluster",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:route53/zone:Zone",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:sqs/queue:Queue",
  "random:index/randomPassword:RandomPassword",
]);

const STACK = "pulumi:pulumi:Stack";

/**
 * The part of each resource's URN behind stack and project, as the engine makes it: the types of all
 * its parents, which Pulumi's mocks leave out, its own type, and its name.
 */
function urnsOf(resources: readonly CapturedResource[]): Map<CapturedResource, string> {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  const types = (resource: CapturedResource | undefined): string[] =>
    resource === undefined || resource.type === STACK
      ? []
      : [...types(byUrn.get(resource.parent ?? "")), resource.type];
  return new Map(resources.map((each) => [each, `${types(each).join("$")}::${each.name}`]));
}

const formerUrn = (alias: string): string =>
  alias.split("::").slice(2).join("::").replace(`${STACK}$`, "");

export function statefulUrns(resources: readonly CapturedResource[]): string[] {
  const urns = urnsOf(resources);
  return resources.filter(({ type }) => statefulTypes.has(type)).map((each) => urns.get(each)!);
}

/** What would happen to stateful resources of a live stack, a sentence each; none where all is well. */
export function urnProblems(
  listed: readonly string[],
  resources: readonly CapturedResource[],
): string[] {
  const former = resources.flatMap(({ aliases }) => aliases.map(formerUrn));
  const present = new Set([...urnsOf(resources).values(), ...former]);
  const lost = listed
    .filter((urn) => !present.has(urn))
    .map((urn) => `${urn} would be deleted or replaced: give the renamed resource an alias`);
  const known = new Set(listed);
  const unlisted = statefulUrns(resources)
    .filter((urn) => !known.has(urn))
    .map((urn) => `${urn} is not listed: UPDATE_INVENTORY=1 npx jest test/inventory adds it`);
  return [...lost, ...unlisted];
}
