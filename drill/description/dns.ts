import {
  type Lookup,
  type Resource,
  flag,
  list,
  number,
  object,
  optionalText,
  text,
} from "./lookup";

/** A health check as Route 53's checkers and data plane see it. */
export interface HealthCheckDescription {
  id: string;
  /** Undefined for a calculated check. */
  endpoint: { host: string; path: string; intervalMs: number; failures: number } | undefined;
  /** Undefined for a check of an endpoint. */
  calculated: { children: readonly string[]; healthyNeeded: number } | undefined;
  isInverted: boolean;
  /** A disabled check counts as healthy before inversion. */
  isDisabled: boolean;
}

export interface RecordDescription {
  name: string;
  type: string;
  ttlMs: number;
  failover: "PRIMARY" | "SECONDARY" | undefined;
  healthCheckId: string | undefined;
  /** The host names that this record resolves to. */
  values: readonly string[];
}

/** Alias records have their target's TTL: 60 s, not settable (Route 53 Developer Guide). */
const ALIAS_TTL_SECONDS = 60;

export function describeHealthChecks(lookup: Lookup): HealthCheckDescription[] {
  return lookup.all("aws:route53/healthCheck:HealthCheck").map((check) => {
    const type = text(check, "type");
    return {
      id: check.id,
      endpoint: type === "HTTPS" || type === "HTTP" ? describeEndpoint(check) : undefined,
      calculated: type === "CALCULATED" ? describeCalculated(check) : undefined,
      isInverted: flag(check, "invertHealthcheck"),
      isDisabled: flag(check, "disabled"),
    };
  });
}

function describeEndpoint(check: Resource): HealthCheckDescription["endpoint"] {
  return {
    host: text(check, "fqdn"),
    path: optionalText(check, "resourcePath") ?? "/",
    intervalMs: number(check, "requestInterval", 30) * 1000,
    failures: number(check, "failureThreshold", 3),
  };
}

function describeCalculated(check: Resource): HealthCheckDescription["calculated"] {
  const children = list<string>(check, "childHealthchecks");
  return { children, healthyNeeded: number(check, "childHealthThreshold", children.length) };
}

export function describeRecords(lookup: Lookup): RecordDescription[] {
  return lookup.all("aws:route53/record:Record").map((record) => {
    const policies = [
      object(record, "failoverRoutingPolicies"),
      ...list(record, "failoverRoutingPolicies"),
    ];
    const failover = policies.find((each) => each !== undefined) as { type?: string } | undefined;
    const aliases = list<{ name: string }>(record, "aliases");
    return {
      name: optionalText(record, "fqdn") ?? text(record, "name"),
      type: text(record, "type"),
      ttlMs: (aliases.length > 0 ? ALIAS_TTL_SECONDS : number(record, "ttl", 300)) * 1000,
      failover: failover?.type as RecordDescription["failover"],
      healthCheckId: optionalText(record, "healthCheckId"),
      values:
        aliases.length > 0 ? aliases.map((alias) => alias.name) : list<string>(record, "records"),
    };
  });
}
