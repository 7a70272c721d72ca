// What AWS refuses and a wrong graph of resources would run into. RIG_LENIENT=1 refuses nothing.
import { live } from "./world.mjs";
import { isObject, partsOf } from "./values.mjs";

const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const GLOBAL_CLUSTER = "aws:rds/globalCluster:GlobalCluster";
const lenient = process.env.RIG_LENIENT === "1";

const REGIONAL_ID = /^(vpc|subnet|sg|rtb|vpce)-[0-9a-f]{17}$/;
/** Inputs that may name something of another region. */
const ELSEWHERE =
  /replica|source|destination|target|tags|description|policy|environment|variables|values|arns?$/i;

function refuse(code, text) {
  throw new Error(`operation error: ${code}: ${text}`);
}

/** Every string in the inputs with the property that holds it. */
function strings(value, property = "") {
  if (typeof value === "string") return [[property, value]];
  if (Array.isArray(value)) return value.flatMap((element) => strings(element, property));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, key));
}

function refuseOtherRegions(urn, inputs, region) {
  for (const [property, value] of strings(inputs)) {
    if (REGIONAL_ID.test(value) && !ELSEWHERE.test(property)) {
      const owner = live().find(({ id }) => id === value);
      if (owner && owner.region !== region) {
        refuse("InvalidID.NotFound", `${value} is in ${owner.region}, ${urn} in ${region}`);
      }
    }
    const [, keyRegion] = /^arn:aws:kms:([\w-]+):/.exec(value) ?? [];
    if (keyRegion && keyRegion !== region && /^kms(Master)?Key(Id|Arn)$/.test(property)) {
      refuse("KMSKeyNotAccessibleFault", `${value} is not in ${region}`);
    }
  }
}

/** A global database has one cluster in each region, and the first needs a user and an instance. */
function refuseCluster(inputs, region) {
  const global = inputs.globalClusterIdentifier;
  const all = live();
  const members = all.filter(
    (other) => global && other.type === CLUSTER && other.inputs.globalClusterIdentifier === global,
  );
  if (global && !all.some(({ type, id }) => type === GLOBAL_CLUSTER && id === global)) {
    refuse("GlobalClusterNotFoundFault", global);
  }
  if (members.some((member) => member.region === region)) {
    refuse("InvalidGlobalClusterStateFault", `${global} already has a cluster in ${region}`);
  }
  const hasUser = inputs.masterUsername || inputs.masterPassword;
  if (members.length === 0) {
    if (!hasUser && !inputs.snapshotIdentifier && !inputs.replicationSourceIdentifier) {
      refuse("InvalidParameterValue", "MasterUsername must be provided and must not be blank");
    }
    return;
  }
  if (hasUser) refuse("InvalidParameterCombination", "a secondary cluster takes no master user");
  const ids = members.map(({ id }) => id);
  const isReady = ({ type, ready, inputs: { clusterIdentifier } }) =>
    type === INSTANCE && ready && ids.includes(clusterIdentifier);
  if (!all.some(isReady)) {
    refuse("InvalidDBClusterStateFault", `${ids[0]} has no available instance yet`);
  }
}

export function refuseCreate({ type, urn, inputs, region, arn }) {
  if (lenient) return;
  refuseOtherRegions(urn, inputs, region);
  const owner = arn && live().find((other) => other.type === type.token && other.arn === arn);
  if (owner) refuse("ResourceAlreadyExists", `${arn} of ${owner.urn}`);
  if (type.token === CLUSTER) refuseCluster(inputs, region);
}

/** Types that something else may still use, with AWS's code and the properties that would name them. */
const HELD = {
  "aws:ec2/vpc:Vpc": ["DependencyViolation", ["vpcId"]],
  "aws:ec2/subnet:Subnet": ["DependencyViolation", ["subnetId", "subnetIds"]],
  "aws:ec2/securityGroup:SecurityGroup": [
    "DependencyViolation",
    ["securityGroupIds", "vpcSecurityGroupIds", "referencedSecurityGroupId"],
  ],
  "aws:rds/subnetGroup:SubnetGroup": ["InvalidDBSubnetGroupStateFault", ["dbSubnetGroupName"]],
  [CLUSTER]: ["InvalidDBClusterStateFault", ["clusterIdentifier"]],
};

function usersOf(id, { type, region, urn }) {
  const others = live().filter((other) => other.urn !== urn);
  if (type === GLOBAL_CLUSTER) {
    return others.filter((other) => other.inputs.globalClusterIdentifier === id && other.id !== id);
  }
  if (type === "aws:iam/role:Role") {
    return others.filter((other) => /rolePolicy/.test(other.type) && other.inputs.role === id);
  }
  const [, properties] = HELD[type] ?? [null, []];
  return others.filter(
    (other) =>
      other.region === region &&
      strings(other.inputs).some(([key, value]) => value === id && properties.includes(key)),
  );
}

/** The writer of a global database, the oldest of its clusters, is the last that can be deleted. */
function refuseWriter(id, record) {
  const global = record.inputs.globalClusterIdentifier;
  const readers = live().filter(
    (other) =>
      other.type === CLUSTER && other.id !== id && other.inputs.globalClusterIdentifier === global,
  );
  if (global && readers.length > 0 && readers.every(({ at }) => at > record.at)) {
    refuse("InvalidDBClusterStateFault", `${id} is the writer of ${global}, which has readers`);
  }
}

const PROTECTIONS = ["deletionProtection", "deletionProtectionEnabled"];

export function refuseDelete(urn, id, state, record) {
  if (lenient) return;
  const { type } = partsOf(urn);
  const replicas = state.replicas ?? [];
  if (
    [state, ...replicas].some((part) => PROTECTIONS.some((property) => part[property] === true))
  ) {
    refuse("InvalidParameterCombination", `${id} has deletion protection on`);
  }
  if (type === CLUSTER && !state.skipFinalSnapshot && !state.finalSnapshotIdentifier) {
    refuse("InvalidParameterCombination", `${id} needs a name for its final snapshot`);
  }
  if (!record) return;
  const users = usersOf(id, record).map(({ urn: user }) => partsOf(user).name);
  const [code] = HELD[type] ?? ["DeleteConflict"];
  if (users.length > 0) refuse(code, `${id} is still used by ${users.join(", ")}`);
  if (type === CLUSTER) refuseWriter(id, record);
}
