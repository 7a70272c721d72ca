interface Replica {
  readonly regionName: string;
  readonly deletionProtectionEnabled?: boolean;
}
interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: { readonly replicas?: readonly Replica[] };
  readonly outputs?: { readonly replicas?: readonly Replica[] };
}

/**
 * Replicas of tables, by an exported state, that the program protects from deletion and AWS does not:
 * the provider does not set the protection when it creates a strongly consistent replica, only when it
 * updates one (hashicorp/terraform-provider-aws, internal/service/dynamodb/table.go, createReplicas).
 */
export function unprotectedReplicas(state: unknown): string[] {
  const { deployment } = state as { deployment?: { resources?: Exported[] } };
  const tables = (deployment?.resources ?? []).filter(
    ({ type }) => type === "aws:dynamodb/table:Table",
  );
  return tables.flatMap(({ urn, inputs, outputs }) => {
    const wanted = (inputs?.replicas ?? []).filter((replica) => replica.deletionProtectionEnabled);
    const isProtected = ({ regionName }: Replica) =>
      outputs?.replicas?.some(
        (replica) => replica.regionName === regionName && replica.deletionProtectionEnabled,
      );
    return wanted
      .filter((replica) => !isProtected(replica))
      .map(({ regionName }) => `${urn.split("::").at(-1)} in ${regionName}`);
  });
}
