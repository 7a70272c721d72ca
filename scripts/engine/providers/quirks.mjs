// Where the provider's state differs from what the program asked for, so that the next `up` shows a
// difference. Each entry names the source.
import { plain } from "./values.mjs";
import { live } from "./world.mjs";

const CLUSTER = "aws:rds/cluster:Cluster";
const TABLE = "aws:dynamodb/table:Table";

const isStrong = ({ consistencyMode }) => consistencyMode === "STRONG";

/**
 * `createReplicas` of hashicorp/terraform-provider-aws (internal/service/dynamodb/table.go) sets the
 * deletion protection of eventually consistent replicas alone. An update sets it for all.
 */
const unprotected = (replica) =>
  isStrong(replica) ? { ...replica, deletionProtectionEnabled: false } : replica;

/** The outputs of a new resource as the provider reads them after its creation. */
export function asCreated({ token }, outputs) {
  if (token !== TABLE || !outputs.replicas) return outputs;
  return { ...outputs, replicas: plain(outputs.replicas).map(unprotected) };
}

/** The former inputs with what AWS has instead of them. */
export function asAwsHasIt({ token }, before, state) {
  if (token !== TABLE || !before.replicas || !state.replicas) return before;
  return { ...before, replicas: state.replicas };
}

/**
 * What the provider reads of a live resource and the program did not ask for: RDS names the writer of a
 * global database as the source of the other members.
 */
export function asRead(record) {
  const global = record?.inputs.globalClusterIdentifier;
  if (record?.type !== CLUSTER || !global) return { ...record?.byHand };
  const members = live().filter(
    ({ type, inputs }) => type === CLUSTER && inputs.globalClusterIdentifier === global,
  );
  const [writer] = members.sort((a, b) => (a.at < b.at ? -1 : 1));
  const source = writer.id === record.id ? {} : { replicationSourceIdentifier: writer.arn };
  return { ...source, ...record.byHand };
}
