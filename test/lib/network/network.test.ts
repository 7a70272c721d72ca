import {
  type Program,
  arn,
  loadProgram,
  regions,
  setOtherwise,
  statements,
  zonesOf,
} from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

describe.each(regions)("the network in %s", (token, region) => {
  const network = `network-${token}`;
  const octet = token === "use1" ? 0 : 1;
  const idOf = (type: string, name: string) => program.one(type, name).id;

  test("is isolated: no gateway to the internet, no NAT", () => {
    const types = new Set(program.under(program.component("Network", network)).map((r) => r.type));
    expect([...types].sort()).toEqual([
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      "aws:ec2/routeTable:RouteTable",
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:ec2/subnet:Subnet",
      "aws:ec2/vpc:Vpc",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "trading:platform:FunctionRoles",
    ]);
    expect(program.one("ec2/routeTable", network).inputs).not.toHaveProperty("routes");
  });

  test("has two subnets in two zones, and ignores later changes of the zone", () => {
    expect(program.one("ec2/vpc", network).inputs).toEqual({
      cidrBlock: `10.${octet}.0.0/16`,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: `dev-network-${token}` },
    });
    for (const index of [0, 1]) {
      const subnet = program.one("ec2/subnet", `${network}-${index}`);
      expect(subnet.inputs).toEqual({
        vpcId: idOf("ec2/vpc", network),
        cidrBlock: `10.${octet}.${16 * index}.0/20`,
        availabilityZone: zonesOf[region][index],
        tags: { Name: `dev-isolated-${index}-${token}` },
      });
      expect(subnet.ignoreChanges).toEqual(["availabilityZone"]);
      expect(program.one("ec2/routeTableAssociation", `${network}-${index}`).inputs).toEqual({
        routeTableId: idOf("ec2/routeTable", network),
        subnetId: subnet.id,
      });
    }
  });

  describe("is deleted while Lambda still removes network interfaces:", () => {
    const held = () => [
      ...[0, 1].map((index) => program.one("ec2/subnet", `${network}-${index}`)),
      program.one("ec2/securityGroup", `${network}-functions`),
    ];
    const functions = () =>
      program
        .all("lambda/function")
        .filter(({ inputs, name }) => inputs.vpcConfig !== undefined && name.endsWith(token));

    test("subnets and the functions' security group may take longer than 45 minutes", () => {
      expect(held().map(({ deleteTimeout }) => deleteTimeout)).toEqual(["60m", "60m", "60m"]);
    });

    test("functions go first, then subnets and security group, then the roles and their rights", () => {
      expect(functions()).not.toEqual([]);
      for (const { name, urn, inputs } of functions()) {
        const rights = program.one("iam/rolePolicy", `${name}-network`);
        const role = program.byArn("iam/role", inputs.role);
        expect(rights.inputs.role).toBe(role.state.name);
        const actions = statements(rights.inputs.policy).flatMap(({ Action }) => Action);
        expect(actions).toContain("ec2:DeleteNetworkInterface");
        for (const each of held()) {
          const before = program.waitsFor(each);
          expect([...before]).toEqual(expect.arrayContaining([rights.urn, role.urn]));
          expect(before).not.toContain(urn);
        }
        const beforeFunction = [...program.waitsFor(program.one("lambda/function", name))];
        const [subnet, , group] = held().map((each) => each.urn);
        expect(beforeFunction).toEqual(expect.arrayContaining([subnet, group, rights.urn]));
      }
    });
  });

  test("the default security group has no rules", () => {
    expect(program.one("ec2/defaultSecurityGroup", `${network}-default`).inputs).toEqual({
      vpcId: idOf("ec2/vpc", network),
      ingress: [],
      egress: [],
      tags: { Name: `dev-default-${token}` },
    });
  });

  test.each([
    ["dynamodb", arn("dynamodb", region, "table/dev-*")],
    ["s3", "arn:aws:s3:::dev-*"],
    ["sqs", arn("sqs", region, "dev-*")],
    ["secretsmanager", arn("secretsmanager", region, "secret:dev-*")],
  ])(
    "the endpoint of %s admits this account, and only to the environment's own resources",
    (service, own) => {
      const { policy } = program.one("ec2/vpcEndpoint", `${network}-${service}`).inputs;
      const account = "123456789012";
      expect(statements(policy)).toEqual([
        {
          Sid: "OwnResources",
          Effect: "Allow",
          Principal: "*",
          Action: [`${service}:*`],
          Resource: [own],
          Condition: {
            StringEquals: { "aws:PrincipalAccount": account, "aws:ResourceAccount": account },
          },
        },
      ]);
    },
  );

  test("functions in the network use only resources that an endpoint admits", () => {
    const inside = program
      .all("lambda/function")
      .filter((each) => each.region === region && "vpcConfig" in each.inputs);
    // Lambda itself calls these with the role: it polls queues, and sends events that failed.
    const byLambda = ["EventSource", "OwnFailures"];
    const endpoints = program.all("ec2/vpcEndpoint").filter((each) => each.region === region);
    const admitted = endpoints.flatMap(({ inputs }) =>
      statements(inputs.policy).flatMap(({ Resource }) => Resource),
    );
    const used = inside.flatMap(({ name }) =>
      program
        .statementsOf(name)
        .filter(
          ({ Sid, Action }) =>
            !byLambda.includes(Sid!) && /^(dynamodb|s3|sqs|secretsm)/.test(Action[0]!),
        )
        .flatMap(({ Resource }) => Resource),
    );
    expect(used).not.toEqual([]);
    const isAdmitted = (each: string) =>
      admitted.some((own) => each.startsWith(own.replace(/\*$/, "")));
    expect(used.filter((each) => !isAdmitted(each))).toEqual([]);
  });

  test("functions' roles may manage network interfaces in this region and account alone", () => {
    const rights = statements(
      program.one("iam/rolePolicy", `orderProcessor-${token}-network`).inputs.policy,
    );
    expect(rights.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ["NetworkInterfaces", [arn("ec2", region, "*/*")]],
      ["FindNetworkInterfaces", ["*"]],
    ]);
  });

  test.each(["dynamodb", "s3"])("reaches %s through the route table", (service) => {
    const endpoint = program.one("ec2/vpcEndpoint", `${network}-${service}`);
    expect(endpoint.inputs).toEqual({
      vpcId: idOf("ec2/vpc", network),
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${region}.${service}`,
      routeTableIds: [idOf("ec2/routeTable", network)],
      policy: endpoint.inputs.policy,
      tags: { Name: `dev-${service}-${token}` },
    });
    const rule = program.one("vpc/securityGroupEgressRule", `${network}-functions-${service}`);
    expect(rule.inputs).toEqual({
      description: `functions to ${service}`,
      securityGroupId: idOf("ec2/securityGroup", `${network}-functions`),
      prefixListId: endpoint.state.prefixListId,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
  });

  test.each(["sqs", "secretsmanager"])("reaches %s inside both subnets", (service) => {
    const { inputs } = program.one("ec2/vpcEndpoint", `${network}-${service}`);
    expect(inputs).toEqual({
      vpcId: idOf("ec2/vpc", network),
      vpcEndpointType: "Interface",
      serviceName: `com.amazonaws.${region}.${service}`,
      subnetIds: [idOf("ec2/subnet", `${network}-0`), idOf("ec2/subnet", `${network}-1`)],
      securityGroupIds: [idOf("ec2/securityGroup", `${network}-endpoints`)],
      privateDnsEnabled: true,
      policy: inputs.policy,
      tags: { Name: `dev-${service}-${token}` },
    });
  });

  test.each([
    ["database", 5432],
    ["endpoints", 443],
  ])("allows functions to connect to %s on port %i, and no other traffic", (to, port) => {
    const group = (what: string) => idOf("ec2/securityGroup", `${network}-${what}`);
    const description = `functions to ${to}`;
    const traffic = { description, ipProtocol: "tcp", fromPort: port, toPort: port };
    const rule = `${network}-functions-${to}`;
    expect(program.one("vpc/securityGroupEgressRule", rule).inputs).toEqual({
      ...traffic,
      securityGroupId: group("functions"),
      referencedSecurityGroupId: group(to),
    });
    expect(program.one("vpc/securityGroupIngressRule", rule).inputs).toEqual({
      ...traffic,
      securityGroupId: group(to),
      referencedSecurityGroupId: group("functions"),
    });
    const ofRegion = (type: string) =>
      program.all(type).filter((each) => each.region === region).length;
    expect(ofRegion("vpc/securityGroupIngressRule")).toBe(2);
    expect(ofRegion("vpc/securityGroupEgressRule")).toBe(4);
  });
});

test("only durable networks log their connections, with a role that cannot create a log group", async () => {
  expect(program.all("ec2/flowLog")).toEqual([]);
  const durable = await loadProgram({ config: { retention: "durable" } });
  expect(durable.all("ec2/flowLog").map(({ region }) => region)).toEqual([
    "us-east-1",
    "us-east-2",
  ]);
  for (const [token, region] of regions) {
    const name = `network-${token}-flows`;
    const logGroup = durable.one("cloudwatch/logGroup", name);
    const role = durable.one("iam/role", name);
    expect(logGroup.inputs).toMatchObject({
      name: `dev-network-flows-${token}`,
      retentionInDays: 365,
    });
    expect(durable.one("ec2/flowLog", name).inputs).toEqual({
      vpcId: durable.one("ec2/vpc", `network-${token}`).id,
      trafficType: "ALL",
      logDestination: logGroup.state.arn,
      iamRoleArn: role.state.arn,
      tags: { Name: `dev-flows-${token}` },
    });
    expect(statements(role.inputs.assumeRolePolicy)).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnLike: { "aws:SourceArn": arn("ec2", region, "vpc-flow-log/*") },
        },
      },
    ]);
    const rights = statements(durable.one("iam/rolePolicy", name).inputs.policy);
    expect(rights.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        [logGroup.state.arn, `${String(logGroup.state.arn)}:*`],
      ],
      [["logs:DescribeLogGroups"], ["*"]],
    ]);
  }
});

test("a network is created in the configured zones", async () => {
  const other = await loadProgram(setOtherwise);
  const zones = other.all("ec2/subnet").map(({ name, inputs }) => [name, inputs.availabilityZone]);
  expect(zones.sort()).toEqual([
    ["network-use1-0", "us-east-1d"],
    ["network-use1-1", "us-east-1f"],
    ["network-use2-0", "us-east-2a"],
    ["network-use2-1", "us-east-2b"],
  ]);
});
