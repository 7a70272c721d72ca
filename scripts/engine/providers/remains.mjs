// What AWS keeps after a resource is deleted, and refuses because of it. RIG_LENIENT=1 refuses
// nothing. A test empties a bucket or takes a protection away by `byHand` in the world's record.
import { forget, live, remains, remember } from "./world.mjs";
import { isObject } from "./values.mjs";

/** Secrets Manager's default window, in days. */
const RECOVERY_WINDOW_DAYS = 30;
const CLUSTER = "aws:rds/cluster:Cluster";
const FUNCTION = "aws:lambda/function:Function";

function refuse(code, text) {
  throw new Error(`operation error: ${code}: ${text}`);
}

const inRegion = (region, type) =>
  live().filter((other) => other.region === region && other.type === type);

/** Whether an inline policy of the role allows an action. */
function mayCall(roleArn, action) {
  const role = live().find((other) => other.type === "aws:iam/role:Role" && other.arn === roleArn);
  const policies = live().filter((other) => other.type === "aws:iam/rolePolicy:RolePolicy");
  return policies.some(({ inputs }) => inputs.role === role?.id && inputs.policy.includes(action));
}

/** The log groups that a function or a cluster writes to, by its inputs. */
const logGroupsOf = {
  [FUNCTION]: ({ name, loggingConfig }) => [loggingConfig?.logGroup ?? `/aws/lambda/${name}`],
  [CLUSTER]: ({ clusterIdentifier, enabledCloudwatchLogsExports = [] }) =>
    enabledCloudwatchLogsExports.map((log) => `/aws/rds/cluster/${clusterIdentifier}/${log}`),
};

const writers = (name, region) =>
  Object.entries(logGroupsOf).flatMap(([type, groups]) =>
    inRegion(region, type).filter(({ inputs }) => groups(inputs).includes(name)),
  );

const sameRecord = (a, b) =>
  ["zoneId", "name", "type", "setIdentifier"].every((key) => a[key] === b[key]);

/** By type: what is refused because of something that was there before. */
const createRules = {
  "aws:secretsmanager/secret:Secret"({ name }, region) {
    if (!remains()[`secret ${region} ${name}`]) return;
    refuse("InvalidRequestException", `a secret ${name} is already scheduled for deletion`);
  },
  "aws:cloudwatch/logGroup:LogGroup"({ name }, region) {
    if (!remains()[`log group ${region} ${name}`]) return;
    refuse("ResourceAlreadyExistsException", `the log group ${name} already exists`);
  },
  "aws:route53/record:Record"(inputs) {
    if (inputs.allowOverwrite) return;
    const records = live().filter(({ type }) => type === "aws:route53/record:Record");
    if (!records.some((other) => sameRecord(other.inputs, inputs))) return;
    refuse("InvalidChangeBatch", `${inputs.type} ${inputs.name} already exists`);
  },
};

export function refuseName(type, inputs, region) {
  if (process.env.RIG_LENIENT !== "1") createRules[type.token]?.(inputs, region);
}

/** The network interface of a deleted function goes away while the function's role may delete it. */
function deleteInterfaces(id, property) {
  for (const [key, { role, [property]: ids = [] }] of Object.entries(remains())) {
    if (!ids.includes(id)) continue;
    if (mayCall(role, "ec2:DeleteNetworkInterface")) forget(key);
    else refuse("DependencyViolation", `${id} holds the ${key}, which no role can delete any more`);
  }
}

/** By type: what AWS refuses, and what it keeps of the resource. */
const deleteRules = {
  "aws:secretsmanager/secret:Secret"(
    { name, recoveryWindowInDays = RECOVERY_WINDOW_DAYS },
    { region },
  ) {
    if (recoveryWindowInDays > 0) remember(`secret ${region} ${name}`);
  },
  [CLUSTER]({ skipFinalSnapshot, finalSnapshotIdentifier: snapshot, kmsKeyId }, { region }) {
    if (skipFinalSnapshot) return;
    const key = `snapshot ${region} ${snapshot}`;
    if (remains()[key]) {
      refuse("DBClusterSnapshotAlreadyExistsFault", `${snapshot} already exists`);
    }
    remember(key, { kmsKeyId });
  },
  "aws:cloudwatch/logGroup:LogGroup"({ name }, { region }) {
    const mayComeBack = remains()[`late logs ${region} ${name}`];
    if (mayComeBack || writers(name, region).length > 0) remember(`log group ${region} ${name}`);
  },
  // Its last lines arrive later, and its interfaces stay for a while.
  [FUNCTION]({ name, role, vpcConfig, replaceSecurityGroupsOnDestroy, ...inputs }, { region }) {
    if (mayCall(role, "logs:CreateLogGroup")) {
      for (const group of logGroupsOf[FUNCTION]({ name, ...inputs }))
        remember(`late logs ${region} ${group}`);
    }
    if (!isObject(vpcConfig)) return;
    const groups = replaceSecurityGroupsOnDestroy ? [] : vpcConfig.securityGroupIds;
    remember(`interface ${name}`, { role, subnets: vpcConfig.subnetIds, groups });
  },
  "aws:ec2/subnet:Subnet": (_, { id }) => deleteInterfaces(id, "subnets"),
  "aws:ec2/securityGroup:SecurityGroup": (_, { id }) => deleteInterfaces(id, "groups"),
  "aws:s3/bucket:Bucket"({ forceDestroy, isEmpty }, { id }) {
    if (!forceDestroy && !isEmpty) refuse("BucketNotEmpty", `${id} is not empty`);
  },
  "aws:route53/zone:Zone"({ forceDestroy }, { id }) {
    const isFull = live().some(({ inputs }) => inputs.zoneId === id);
    if (!forceDestroy && isFull) refuse("HostedZoneNotEmpty", `${id} holds records`);
  },
};

/** Refuses the deletion, or notes what it leaves. Called in `locked`. */
export function leave(record, state) {
  if (process.env.RIG_LENIENT === "1") return;
  deleteRules[record.type]?.(state, record);
}
