import { type Program, loadProgram, setOtherwise } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

function host(token: string, region: string, what = ""): string {
  const { id } = program.one("apigateway/restApi", `api-${token}${what}`);
  return `${id}.execute-api.${region}.amazonaws.com`;
}

test("PRIMARY record -> calculated check -> home's check and the latch", () => {
  const primary = program.one("route53/record", "route53-use1").inputs;
  expect(primary).toEqual({
    zoneId: program.one("route53/zone", "route53").id,
    name: "api.dev.trading.internal",
    type: "CNAME",
    ttl: 60,
    setIdentifier: "us-east-1",
    records: [host("use1", "us-east-1")],
    failoverRoutingPolicies: [{ type: "PRIMARY" }],
    healthCheckId: program.one("route53/healthCheck", "route53-in-service").id,
  });
  expect(program.one("route53/healthCheck", "route53-in-service").inputs).toEqual({
    type: "CALCULATED",
    childHealthchecks: [
      program.one("route53/healthCheck", "route53-home").id,
      program.one("route53/healthCheck", "route53-latch").id,
    ],
    childHealthThreshold: 2,
    tags: { Name: "dev-in-service" },
  });
});

test("home's check asks for an epoch, and an update keeps the path", () => {
  const check = program.one("route53/healthCheck", "route53-home");
  expect(check.inputs).toEqual({
    type: "HTTPS",
    fqdn: host("use1", "us-east-1", "-health-checks"),
    port: 443,
    enableSni: true,
    resourcePath: "/v1/health?after=0",
    requestInterval: 30,
    failureThreshold: 3,
    tags: { Name: "dev-home" },
  });
  expect(check.ignoreChanges).toEqual(["resourcePath"]);
});

test("the latch is inverted and checks the standby", () => {
  expect(program.one("route53/healthCheck", "route53-latch").inputs).toEqual({
    type: "HTTPS",
    fqdn: host("use2", "us-east-2"),
    port: 443,
    enableSni: true,
    resourcePath: "/v1/failover-latch",
    requestInterval: 10,
    failureThreshold: 3,
    invertHealthcheck: true,
    tags: { Name: "dev-latch" },
  });
});

test("the standby is checked from outside, only to notify people", () => {
  const check = program.one("route53/healthCheck", "route53-standby");
  expect(check.inputs).toEqual({
    type: "HTTPS",
    fqdn: host("use2", "us-east-2", "-health-checks"),
    port: 443,
    enableSni: true,
    resourcePath: "/v1/health",
    requestInterval: 30,
    failureThreshold: 3,
    tags: { Name: "dev-standby" },
  });
  const users = program.resources.filter(({ inputs }) => JSON.stringify(inputs).includes(check.id));
  expect(users.map(({ name }) => name).filter((name) => !name.startsWith("dashboard-"))).toEqual([
    "monitoring-use1-standby-endpoint",
  ]);
});

test("the SECONDARY record has no health check, so it answers when everything looks unhealthy", () => {
  expect(program.one("route53/record", "route53-use2").inputs).toEqual({
    zoneId: program.one("route53/zone", "route53").id,
    name: "api.dev.trading.internal",
    type: "CNAME",
    ttl: 60,
    setIdentifier: "us-east-2",
    records: [host("use2", "us-east-2")],
    failoverRoutingPolicies: [{ type: "SECONDARY" }],
  });
});

test("the environment has its own zone", () => {
  expect(program.one("route53/zone", "route53").inputs).toEqual({
    name: "dev.trading.internal",
    comment: "Not delegated; ask the zone's own name servers",
    forceDestroy: true,
  });
});

test("the interval of home's check can be configured; that of the latch cannot", async () => {
  const fast = await loadProgram(setOtherwise);
  const interval = (name: string) => fast.one("route53/healthCheck", name).inputs.requestInterval;
  expect([interval("route53-home"), interval("route53-latch")]).toEqual([10, 10]);
});
