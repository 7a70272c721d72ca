import type * as Grpc from "@pulumi/pulumi/proto/resource_pb";

/** Former URNs: given whole, or as the parts in which they differ from the present one. */
export function aliasesOf(request: Grpc.RegisterResourceRequest, urn: string): string[] {
  const [stack, project, types = "", name] = urn.split("::");
  const parents = types.split("$").slice(0, -1);
  const specified = request.getAliasesList().map((alias) => {
    const spec = alias.getSpec();
    if (spec === undefined) return alias.getUrn();
    const ownType = spec.getType() || request.getType();
    const parent = spec.getParenturn().split("::")[2]?.split("$") ?? parents;
    const formerTypes = spec.getNoparent() ? [ownType] : [...parent, ownType];
    return [stack, project, formerTypes.join("$"), spec.getName() || name].join("::");
  });
  return [...request.getAliasurnsList(), ...specified];
}
