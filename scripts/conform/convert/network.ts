import { type Context, type Conversion, type Conversions, tagList } from "./conversion";
import { type Inputs, defined, objects, pascal, text, without } from "./pascal";

function tagged(context: Context, kind: string): Inputs {
  return { TagSpecifications: [{ ResourceType: kind, Tags: tagList(context) }] };
}

/** A resource whose request has the properties of its template. */
function ec2(type: string, kind: string, operation: string, names: Record<string, string> = {}) {
  return (inputs: Inputs, context: Context): Conversion => {
    const properties = pascal(without(inputs, "tags"), names);
    return {
      template: {
        type: `AWS::EC2::${type}`,
        properties: { ...properties, Tags: tagList(context) },
      },
      requests: [[`ec2.${operation}`, { ...properties, ...tagged(context, kind) }]],
    };
  };
}

const ruleNames = {
  securityGroupId: "GroupId",
  cidrIpv4: "CidrIp",
};

function securityGroupRule(direction: "Egress" | "Ingress") {
  const [other, list] =
    direction === "Egress"
      ? (["DestinationSecurityGroupId", "DestinationPrefixListId"] as const)
      : (["SourceSecurityGroupId", "SourcePrefixListId"] as const);
  return (inputs: Inputs): Conversion => {
    const group = inputs["referencedSecurityGroupId"];
    const prefixes = inputs["prefixListId"];
    const names = { ...ruleNames, referencedSecurityGroupId: other, prefixListId: list };
    const range = inputs["cidrIpv4"];
    const permission = defined({
      IpProtocol: inputs["ipProtocol"],
      FromPort: inputs["fromPort"],
      ToPort: inputs["toPort"],
      UserIdGroupPairs: group === undefined ? undefined : [{ GroupId: group }],
      PrefixListIds: prefixes === undefined ? undefined : [{ PrefixListId: prefixes }],
      IpRanges: range === undefined ? undefined : [{ CidrIp: range }],
    });
    return {
      template: {
        type: `AWS::EC2::SecurityGroup${direction}`,
        properties: pascal(without(inputs, "tags"), names),
      },
      requests: [
        [
          `ec2.AuthorizeSecurityGroup${direction}`,
          { GroupId: inputs["securityGroupId"], IpPermissions: [permission] },
        ],
      ],
    };
  };
}

const vpc: Conversions = {
  "ec2/vpc": (inputs, context) => {
    const { EnableDnsHostnames, EnableDnsSupport, ...rest } = pascal(without(inputs, "tags"));
    const VpcId = context.resource.id;
    return {
      template: {
        type: "AWS::EC2::VPC",
        properties: { ...pascal(without(inputs, "tags")), Tags: tagList(context) },
      },
      requests: [
        ["ec2.CreateVpc", { ...rest, ...tagged(context, "vpc") }],
        ["ec2.ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: EnableDnsHostnames } }],
        ["ec2.ModifyVpcAttribute", { VpcId, EnableDnsSupport: { Value: EnableDnsSupport } }],
      ],
    };
  },
  "ec2/subnet": ec2("Subnet", "subnet", "CreateSubnet"),
  "ec2/routeTable": ec2("RouteTable", "route-table", "CreateRouteTable"),
  "ec2/routeTableAssociation": (inputs) => ({
    template: { type: "AWS::EC2::SubnetRouteTableAssociation", properties: pascal(inputs) },
    requests: [["ec2.AssociateRouteTable", pascal(inputs)]],
  }),
  "ec2/securityGroup": (inputs, context) => {
    const kept = without(inputs, "tags", "revokeRulesOnDelete");
    return {
      // CloudFormation adds a rule that allows everything where there is none; the provider does not.
      template: {
        type: "AWS::EC2::SecurityGroup",
        properties: {
          ...pascal(kept, { name: "GroupName", description: "GroupDescription" }),
          Tags: tagList(context),
        },
      },
      requests: [
        [
          "ec2.CreateSecurityGroup",
          { ...pascal(kept, { name: "GroupName" }), ...tagged(context, "security-group") },
        ],
      ],
    };
  },
  // The group comes with its VPC; the provider takes its rules away and adds these.
  "ec2/defaultSecurityGroup": ({ vpcId, ingress = [], egress = [] }) => ({
    requests: [ingress, egress]
      .flat()
      .map((rule) => [
        "ec2.AuthorizeSecurityGroupIngress",
        { GroupName: "default", VpcId: vpcId, ...pascal(rule as Inputs) },
      ]),
  }),
  "vpc/securityGroupEgressRule": securityGroupRule("Egress"),
  "vpc/securityGroupIngressRule": securityGroupRule("Ingress"),
  "ec2/vpcEndpoint": (inputs, context) => {
    const { policy } = inputs;
    const rest = pascal(without(inputs, "tags", "policy"));
    return {
      template: {
        type: "AWS::EC2::VPCEndpoint",
        properties: defined({
          ...rest,
          PolicyDocument: typeof policy === "string" ? (JSON.parse(policy) as unknown) : undefined,
          Tags: tagList(context),
        }),
      },
      requests: [
        [
          "ec2.CreateVpcEndpoint",
          defined({ ...rest, PolicyDocument: policy, ...tagged(context, "vpc-endpoint") }),
        ],
      ],
      policies: typeof policy === "string" ? [{ kind: "resource", document: policy }] : [],
    };
  },
  "ec2/flowLog": (inputs, context) => {
    const { vpcId, iamRoleArn, ...rest } = without(inputs, "tags");
    const both = defined({
      ...pascal(rest),
      LogDestinationType: rest["logDestinationType"] ?? "cloud-watch-logs",
      DeliverLogsPermissionArn: iamRoleArn,
      ResourceType: "VPC",
    });
    return {
      template: {
        type: "AWS::EC2::FlowLog",
        properties: { ...both, ResourceId: vpcId, Tags: tagList(context) },
      },
      requests: [
        [
          "ec2.CreateFlowLogs",
          { ...both, ResourceIds: [vpcId], ...tagged(context, "vpc-flow-log") },
        ],
      ],
    };
  },
};

const healthCheckNames = {
  fqdn: "FullyQualifiedDomainName",
  enableSni: "EnableSNI",
  invertHealthcheck: "Inverted",
  childHealthThreshold: "HealthThreshold",
  childHealthchecks: "ChildHealthChecks",
};

const dns: Conversions = {
  "route53/healthCheck": (inputs, context) => {
    const configuration = pascal(without(inputs, "tags"), healthCheckNames);
    return {
      template: {
        type: "AWS::Route53::HealthCheck",
        properties: { HealthCheckConfig: configuration, HealthCheckTags: tagList(context) },
      },
      requests: [
        [
          "route53.CreateHealthCheck",
          { CallerReference: context.resource.id, HealthCheckConfig: configuration },
        ],
      ],
    };
  },
  "route53/zone": (inputs, context) => {
    const { name, comment, ...rest } = pascal(without(inputs, "tags", "forceDestroy"), {
      name: "name",
      comment: "comment",
    });
    const both = { ...rest, Name: name, HostedZoneConfig: { Comment: comment } };
    return {
      template: {
        type: "AWS::Route53::HostedZone",
        properties: { ...both, HostedZoneTags: tagList(context) },
      },
      requests: [["route53.CreateHostedZone", { ...both, CallerReference: context.resource.id }]],
    };
  },
  "route53/record": (inputs) => {
    const { zoneId, aliases, failoverRoutingPolicies, records, ttl, ...rest } = without(
      inputs,
      "allowOverwrite",
    );
    const values = records as string[] | undefined;
    const [alias] = objects(aliases);
    const [failover] = objects(failoverRoutingPolicies);
    const both = defined({
      ...pascal(rest),
      Failover: failover?.["type"],
      AliasTarget: alias && pascal(alias, { name: "DNSName", zoneId: "HostedZoneId" }),
    });
    const recordSet = defined({
      ...both,
      TTL: ttl,
      ResourceRecords: values?.map((Value) => ({ Value })),
    });
    return {
      template: {
        type: "AWS::Route53::RecordSet",
        properties: defined({
          ...both,
          HostedZoneId: zoneId,
          TTL: ttl === undefined ? undefined : text(ttl),
          ResourceRecords: values,
        }),
      },
      requests: [
        [
          "route53.ChangeResourceRecordSets",
          {
            HostedZoneId: zoneId,
            ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet: recordSet }] },
          },
        ],
      ],
    };
  },
  "acm/certificate": (inputs, context) => {
    const both = { ...pascal(without(inputs, "tags")), Tags: tagList(context) };
    return {
      template: { type: "AWS::CertificateManager::Certificate", properties: both },
      requests: [["acm.RequestCertificate", both]],
    };
  },
  // The provider waits until the certificate is issued.
  "acm/certificateValidation": ({ certificateArn }) => ({
    requests: [["acm.DescribeCertificate", { CertificateArn: certificateArn }]],
  }),
};

const webAclNames = {
  cloudwatchMetricsEnabled: "CloudWatchMetricsEnabled",
  httpMethod: "HTTPMethod",
  ip: "IP",
  ipSetReferenceStatement: "IPSetReferenceStatement",
  tags: null,
};

const webAcl: Conversions = {
  "wafv2/webAcl": (inputs, context) => {
    const parameters = { ...pascal(inputs, webAclNames), Tags: tagList(context) };
    return {
      template: { type: "AWS::WAFv2::WebACL", properties: parameters },
      requests: [["wafv2.CreateWebACL", parameters]],
    };
  },
  "wafv2/webAclAssociation": (inputs) => {
    const parameters = pascal(inputs, { webAclArn: "WebACLArn" });
    return {
      template: { type: "AWS::WAFv2::WebACLAssociation", properties: parameters },
      requests: [["wafv2.AssociateWebACL", parameters]],
    };
  },
};

export const network: Conversions = { ...vpc, ...dns, ...webAcl };
