import assert from "node:assert/strict";
import type { JournalEntry, LiveResource, Rig } from "./rig";

type Matcher = (entry: JournalEntry) => boolean;

const ofType =
  (type: string): Matcher =>
  (entry) =>
    entry.type === type;
const within =
  (component: string, also: Matcher = () => true): Matcher =>
  (entry) =>
    entry.urn.includes(`trading:platform:${component}$`) && also(entry);
const either =
  (...matchers: Matcher[]): Matcher =>
  (entry) =>
    matchers.some((matches) => matches(entry));

const isIam: Matcher = ({ type }) => type.startsWith("aws:iam/");
const cluster = ofType("aws:rds/cluster:Cluster");
const instance = ofType("aws:rds/clusterInstance:ClusterInstance");
const named =
  (matches: Matcher, name: RegExp): Matcher =>
  (entry) =>
    matches(entry) && name.test(entry.name);

/** Lambda deletes the interfaces of deleted functions with the rights of these roles. */
function rolesOutliveNetwork(code: string): [what: string, first: Matcher, second: Matcher] {
  const inRegion = new RegExp(`-${code}(-|$)`);
  const subnets = named(ofType("aws:ec2/subnet:Subnet"), inRegion);
  const group = named(
    ofType("aws:ec2/securityGroup:SecurityGroup"),
    new RegExp(`-${code}-functions$`),
  );
  const roles = within("FunctionRoles", named(isIam, inRegion));
  return [
    "the subnets and the functions' security group before the functions' roles",
    either(subnets, group),
    roles,
  ];
}

/** In every destroy, all of the first are deleted before any of the second. */
const deletionOrder: readonly [what: string, first: Matcher, second: Matcher][] = [
  ["failover before everything else", within("Failover"), (entry) => !within("Failover")(entry)],
  ...["use1", "use2"].map(rolesOutliveNetwork),
  [
    "the standby's cluster before home's instances",
    named(cluster, /-use2$/),
    named(instance, /-use1-\d+$/),
  ],
  [
    "the clusters before the global database",
    cluster,
    ofType("aws:rds/globalCluster:GlobalCluster"),
  ],
];

/** The order of the deletions in a journal's entries. */
export function assertDeletionOrder(entries: readonly JournalEntry[]): void {
  const deleted = entries.filter(({ op }) => op === "delete");
  for (const [what, first, second] of deletionOrder) {
    const begins = deleted.findIndex(second);
    const late = begins < 0 ? undefined : deleted.slice(begins).find(first);
    assert.equal(late, undefined, `${what}: ${late?.name} came after ${deleted[begins]?.name}`);
  }
}

/** Types that no stack deletes, because others may use them. */
const isKept = ({ type, name }: { type: string; name: string }) =>
  type === "aws:route53/record:Record" && name === "domain-validation";

/** Nothing is left of the stack, in its state or in AWS, but what is kept on purpose. */
export async function assertNothingLeft(rig: Rig): Promise<void> {
  const left = rig.live().map(({ type, urn }) => ({ type, name: urn.split("::").at(-1)! }));
  assert.deepEqual(
    left.filter((resource) => !isKept(resource)),
    [],
  );
  const state = JSON.parse(await rig.pulumi("stack", "export")) as {
    deployment: { resources?: { urn: string }[] };
  };
  assert.deepEqual(state.deployment.resources ?? [], []);
}

/** Every function that an API's stage calls exists: a stage serves the contract of its deployment. */
export function assertStagesCallLiveFunctions(rig: Rig): void {
  const live = rig.live();
  const functions = live.filter(({ type }) => type === "aws:lambda/function:Function");
  const stages = live.filter(({ type }) => type === "aws:apigateway/stage:Stage");
  assert.ok(stages.length > 0);
  for (const stage of stages) {
    const body = deployedBody(rig.journal(), stage.inputs);
    const called = new Set(body.match(/arn:aws:lambda:[\w-]+:\d+:function:[\w-]+/g));
    assert.ok(called.size > 0, `${stage.urn} calls nothing`);
    const missing = [...called].filter((arn) => !functions.some((other) => other.arn === arn));
    assert.deepEqual(missing, [], `${stage.urn} calls functions that do not exist`);
  }
}

/** The contract that an API had when the stage's deployment was created. */
function deployedBody(journal: readonly JournalEntry[], stage: LiveResource["inputs"]): string {
  const at = journal.findIndex(({ op, id }) => op === "create" && id === stage["deployment"]);
  const versions = journal
    .slice(0, at)
    .filter(({ op, id }) => /^(create|update)$/.test(op) && id === stage["restApi"]);
  return String(versions.at(-1)?.inputs?.["body"]);
}
