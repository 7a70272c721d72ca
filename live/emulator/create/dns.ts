import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type HealthCheckConfig,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { type Declared, listOf, textOf } from "../program";
import type { Stage } from "./stage";

/** Creates zone, health checks and records. The emulator stores them; nothing is probed or resolved. */
export async function createDns({ declarations, clients, renamed }: Stage): Promise<void> {
  for (const zone of declarations.all("route53/zone:Zone")) {
    const Name = textOf(zone, "name");
    const { HostedZone } = await clients(zone.region).route53.send(
      new CreateHostedZoneCommand({ Name, CallerReference: zone.id }),
    );
    renamed.set(zone.id, (HostedZone?.Id ?? "").replace("/hostedzone/", ""));
  }
  const checks = declarations.all("route53/healthCheck:HealthCheck");
  const isCalculated = (check: Declared) => check.inputs["childHealthchecks"] !== undefined;
  for (const check of [...checks].sort(
    (a, b) => Number(isCalculated(a)) - Number(isCalculated(b)),
  )) {
    const { HealthCheck } = await clients(check.region).route53.send(
      new CreateHealthCheckCommand({
        CallerReference: check.id,
        HealthCheckConfig: configOf(check, renamed),
      }),
    );
    renamed.set(check.id, HealthCheck?.Id ?? "");
  }
  for (const record of declarations.all("route53/record:Record")) {
    const ResourceRecordSet = recordOf(record, renamed);
    await clients(record.region).route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: renamed.get(textOf(record, "zoneId")),
        ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet }] },
      }),
    );
  }
}

function configOf({ inputs }: Declared, renamed: Stage["renamed"]): HealthCheckConfig {
  const children = listOf({ inputs }, "childHealthchecks");
  return {
    Type: inputs["type"] as HealthCheckConfig["Type"],
    FullyQualifiedDomainName: inputs["fqdn"] as string,
    Port: inputs["port"] as number,
    ResourcePath: inputs["resourcePath"] as string,
    RequestInterval: inputs["requestInterval"] as number,
    FailureThreshold: inputs["failureThreshold"] as number,
    Inverted: inputs["invertHealthcheck"] === true,
    ...(children.length === 0
      ? {}
      : {
          ChildHealthChecks: children.map((child) => renamed.get(child) ?? child),
          HealthThreshold: inputs["childHealthThreshold"] as number,
        }),
  };
}

function recordOf({ inputs }: Declared, renamed: Stage["renamed"]): ResourceRecordSet {
  const [failover] = listOf<{ type: "PRIMARY" | "SECONDARY" }>(
    { inputs },
    "failoverRoutingPolicies",
  );
  const check = inputs["healthCheckId"] as string | undefined;
  return {
    Name: inputs["name"] as string,
    Type: inputs["type"] as ResourceRecordSet["Type"],
    TTL: inputs["ttl"] as number,
    SetIdentifier: inputs["setIdentifier"] as string,
    ResourceRecords: listOf({ inputs }, "records").map((Value) => ({ Value })),
    ...(failover === undefined ? {} : { Failover: failover.type }),
    ...(check === undefined ? {} : { HealthCheckId: renamed.get(check) }),
  };
}
