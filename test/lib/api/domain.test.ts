import { type Program, loadProgram, regions } from "../../helpers/program";

const DOMAIN = "api.trading.example.com";
const ZONE = "Z0123456789ABC";

let program: Program;
beforeAll(async () => {
  program = await loadProgram({ config: { domainName: DOMAIN, hostedZoneId: ZONE } });
});

const option = (token: string) =>
  (
    program.one("acm/certificate", `domain-${token}`).state.domainValidationOptions as Record<
      string,
      string
    >[]
  )[0]!;

test("one validation record validates the certificates of both regions", () => {
  const { resourceRecordName, resourceRecordType, resourceRecordValue } = option("use1");
  expect(option("use2")).toEqual(option("use1"));
  expect(program.one("route53/record", "domain-validation").inputs).toEqual({
    zoneId: ZONE,
    name: resourceRecordName,
    type: resourceRecordType,
    records: [resourceRecordValue],
    ttl: 60,
    allowOverwrite: true,
  });
});

test("the validation record stays for other certificates of the name, and a later `up` adopts it", () => {
  const { retainOnDelete, inputs } = program.one("route53/record", "domain-validation");
  expect({ retainOnDelete, allowOverwrite: inputs.allowOverwrite }).toEqual({
    retainOnDelete: true,
    allowOverwrite: true,
  });
  // All else of the domain belongs to the stack alone.
  const kept = program.resources.filter((resource) => resource.retainOnDelete);
  expect(kept.map(({ name }) => name)).toEqual(["domain-validation"]);
});

describe.each(regions)("the name in %s", (token, region) => {
  const target = () => program.one("apigateway/domainName", `domain-${token}`);

  test("certificate -> validation -> domain -> mapping -> the region's own API", () => {
    const certificate = program.one("acm/certificate", `domain-${token}`);
    expect(certificate.inputs).toEqual({ domainName: DOMAIN, validationMethod: "DNS" });
    const validation = program.one("acm/certificateValidation", `domain-${token}`);
    expect(validation.inputs).toEqual({
      certificateArn: certificate.state.arn,
      validationRecordFqdns: [option("use1").resourceRecordName],
    });
    expect(target().inputs).toEqual({
      domainName: DOMAIN,
      regionalCertificateArn: certificate.state.arn,
      endpointConfiguration: { types: "REGIONAL" },
      securityPolicy: "TLS_1_2",
    });
    // Not before the certificate is valid.
    expect(target().propertyDependencies.regionalCertificateArn).toContain(validation.urn);
    expect(program.one("apigateway/basePathMapping", `domain-${token}`).inputs).toEqual({
      domainName: DOMAIN,
      restApi: program.one("apigateway/restApi", `api-${token}`).id,
      stageName: "v1",
      basePath: "v1",
    });
    const parts = [certificate, validation, target()];
    expect(parts.map((each) => each.region)).toEqual([region, region, region]);
  });

  test("an alias record leads to it", () => {
    const isHome = token === "use1";
    const { regionalDomainName, regionalZoneId } = target().state;
    expect(program.one("route53/record", `route53-${token}`).inputs).toEqual({
      zoneId: ZONE,
      name: DOMAIN,
      type: "A",
      aliases: [{ name: regionalDomainName, zoneId: regionalZoneId, evaluateTargetHealth: false }],
      setIdentifier: region,
      failoverRoutingPolicies: [{ type: isHome ? "PRIMARY" : "SECONDARY" }],
      ...(isHome && { healthCheckId: program.one("route53/healthCheck", "route53-in-service").id }),
    });
  });
});

test("with retention durable, the name accepts TLS 1.2 and 1.3", async () => {
  const config = { domainName: DOMAIN, hostedZoneId: ZONE, retention: "durable" };
  const durable = await loadProgram({ config });
  for (const { inputs } of durable.all("apigateway/domainName"))
    expect(inputs).toMatchObject({
      securityPolicy: "SecurityPolicy_TLS13_1_2_2021_06",
      endpointAccessMode: "STRICT",
    });
});

test("the program creates no zone, and the name is public", () => {
  expect(program.all("route53/zone")).toEqual([]);
  expect(program.outputs).toMatchObject({ apiDomain: DOMAIN, nameServers: [] });
});

test("Failover depends on the domain as well", () => {
  const before = program.waitsFor(program.component("Failover", "failover"));
  const domain = program.under(program.component("Domain", "domain"));
  expect(domain).not.toEqual([]);
  expect(domain.filter(({ urn }) => !before.has(urn))).toEqual([]);
});

test("without a domain there is no certificate and no domain", async () => {
  const plain = await loadProgram();
  expect([...plain.all("acm/certificate"), ...plain.all("apigateway/domainName")]).toEqual([]);
  expect(plain.outputs.apiDomain).toBe("api.dev.trading.internal");
});
