import { createHash } from "node:crypto";

/** The account in which the program is pretended to live. */
export const ACCOUNT_ID = "123456789012";

export type Properties = Record<string, unknown>;

/** What is known of a resource when AWS would answer that it was made. */
export interface Made {
  /** The logical name. */
  readonly name: string;
  readonly type: string;
  readonly inputs: Properties;
  readonly region: string;
}

/** A made resource: its id, and what AWS adds to its inputs. */
export interface Computed {
  readonly id: string;
  readonly state: Properties;
}

/** The same resource gets the same invented letters in every run. */
export function digits({ type, name }: Made, length: number): string {
  return createHash("sha256").update(`${type}::${name}`).digest("hex").slice(0, length);
}

export function uuid(made: Made): string {
  return digits(made, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function text(made: Made, key: string): string {
  const value = made.inputs[key];
  if (typeof value === "string") return value;
  throw new Error(
    `capture: ${made.type} ${made.name}: ${key} is ${JSON.stringify(value)}; AWS needs a text`,
  );
}

export function arn(service: string, region: string, rest: string): string {
  return `arn:aws:${service}:${region}:${ACCOUNT_ID}:${rest}`;
}

/** Named by an input, which is also its id; the ARN ends in it. */
export function named(service: string, key: string, prefix: string) {
  return (made: Made): Computed => {
    const name = text(made, key);
    return { id: name, state: { name, arn: arn(service, made.region, prefix + name) } };
  };
}

/** Named by EC2. */
export function numbered(
  prefix: string,
  kind: string,
  extra: (made: Made) => Properties = () => ({}),
) {
  return (made: Made): Computed => {
    const id = `${prefix}-${digits(made, 17)}`;
    return { id, state: { arn: arn("ec2", made.region, `${kind}/${id}`), ...extra(made) } };
  };
}

/** A relation between others, without outputs that anybody reads. */
export function relation(made: Made): Computed {
  return { id: `${made.name}-${digits(made, 8)}`, state: {} };
}

export function cluster(made: Made): Computed {
  const id = text(made, "clusterIdentifier");
  const domain = `${digits(made, 12)}.${made.region}.rds.amazonaws.com`;
  return {
    id,
    state: {
      arn: arn("rds", made.region, `cluster:${id}`),
      clusterResourceId: `cluster-${digits(made, 26).toUpperCase()}`,
      endpoint: `${id}.cluster-${domain}`,
      readerEndpoint: `${id}.cluster-ro-${domain}`,
      port: 5432,
    },
  };
}

export function clusterInstance(made: Made): Computed {
  const id = text(made, "identifier");
  return {
    id,
    state: {
      arn: arn("rds", made.region, `db:${id}`),
      endpoint: `${id}.${digits(made, 12)}.${made.region}.rds.amazonaws.com`,
      port: 5432,
    },
  };
}

export function globalCluster(made: Made): Computed {
  const id = text(made, "globalClusterIdentifier");
  return {
    id,
    state: {
      arn: arn("rds", "", `global-cluster:${id}`),
      endpoint: `${id}.global-${digits(made, 12)}.global.rds.amazonaws.com`,
    },
  };
}

export function lambdaFunction(made: Made): Computed {
  const id = text(made, "name");
  const functionArn = arn("lambda", made.region, `function:${id}`);
  const invokePath = `lambda:path/2015-03-31/functions/${functionArn}/invocations`;
  return {
    id,
    state: {
      arn: functionArn,
      invokeArn: `arn:aws:apigateway:${made.region}:${invokePath}`,
      qualifiedArn: `${functionArn}:$LATEST`,
      version: "$LATEST",
    },
  };
}

export function queue(made: Made): Computed {
  const name = text(made, "name");
  const url = `https://sqs.${made.region}.amazonaws.com/${ACCOUNT_ID}/${name}`;
  return { id: url, state: { url, arn: arn("sqs", made.region, name) } };
}

export function topic(made: Made): Computed {
  const id = arn("sns", made.region, text(made, "name"));
  return { id, state: { arn: id, owner: ACCOUNT_ID } };
}

export function secret(made: Made): Computed {
  const id = arn("secretsmanager", made.region, `secret:${text(made, "name")}-${digits(made, 6)}`);
  return { id, state: { arn: id } };
}

export function table(made: Made): Computed {
  const name = text(made, "name");
  const tableArn = arn("dynamodb", made.region, `table/${name}`);
  const streamArn = made.inputs.streamEnabled === true ? `${tableArn}/stream/1` : "";
  return { id: name, state: { arn: tableArn, streamArn } };
}

export function restApi(made: Made): Computed {
  const id = digits(made, 10);
  return {
    id,
    state: {
      arn: `arn:aws:apigateway:${made.region}::/restapis/${id}`,
      executionArn: arn("execute-api", made.region, id),
      rootResourceId: digits(made, 12).slice(2),
    },
  };
}

export function stage(made: Made): Computed {
  const api = text(made, "restApi");
  const name = text(made, "stageName");
  return {
    id: `ags-${api}-${name}`,
    state: {
      arn: `arn:aws:apigateway:${made.region}::/restapis/${api}/stages/${name}`,
      executionArn: arn("execute-api", made.region, `${api}/${name}`),
      invokeUrl: `https://${api}.execute-api.${made.region}.amazonaws.com/${name}`,
    },
  };
}

export function webAcl(made: Made): Computed {
  const id = uuid(made);
  return {
    id,
    state: { arn: arn("wafv2", made.region, `regional/webacl/${text(made, "name")}/${id}`) },
  };
}

export function zone(made: Made): Computed {
  const id = `Z${digits(made, 20).toUpperCase()}`;
  const nameServers = ["com", "net", "org", "co.uk"].map((end, n) => `ns-${n}.awsdns-0${n}.${end}`);
  return { id, state: { arn: `arn:aws:route53:::hostedzone/${id}`, zoneId: id, nameServers } };
}

export function record(made: Made): Computed {
  const name = text(made, "name");
  const { setIdentifier = "" } = made.inputs as { setIdentifier?: string };
  const id = [text(made, "zoneId"), name, text(made, "type"), setIdentifier];
  return { id: id.join("_").replace(/_$/, ""), state: { fqdn: name } };
}

export function healthCheck(made: Made): Computed {
  const id = uuid(made);
  return { id, state: { arn: `arn:aws:route53:::healthcheck/${id}` } };
}

export function role(made: Made): Computed {
  const id = text(made, "name");
  return { id, state: { arn: arn("iam", "", `role/${id}`), uniqueId: `AROA${digits(made, 17)}` } };
}

export function key(made: Made): Computed {
  const id = uuid(made);
  return { id, state: { keyId: id, arn: arn("kms", made.region, `key/${id}`) } };
}

export function compositeAlarm(made: Made): Computed {
  const id = text(made, "alarmName");
  return { id, state: { arn: arn("cloudwatch", made.region, `alarm:${id}`) } };
}

export function password(made: Made): Computed {
  const length = Number(made.inputs.length);
  return { id: "none", state: { result: digits(made, 64).repeat(4).slice(0, length) } };
}

export function bucket(made: Made): Computed {
  const id = text(made, "bucket");
  const domain = `${id}.s3.${made.region}.amazonaws.com`;
  return { id, state: { arn: `arn:aws:s3:::${id}`, bucketRegionalDomainName: domain } };
}

export function canary(made: Made): Computed {
  const id = text(made, "name");
  // What Synthetics makes keeps the first letters of the canary's name.
  const engine = `cwsyn-${id.slice(0, 21)}-${uuid(made)}`;
  return {
    id,
    state: {
      arn: arn("synthetics", made.region, `canary:${id}`),
      engineArn: arn("lambda", made.region, `function:${engine}:1`),
    },
  };
}

/** Validated by a record that is the same for a name in every region. */
export function certificate(made: Made): Computed {
  const id = arn("acm", made.region, `certificate/${uuid(made)}`);
  const domainName = text(made, "domainName");
  const token = digits({ ...made, name: domainName }, 32);
  const option = {
    domainName,
    resourceRecordName: `_${token}.${domainName}`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${token}.acm-validations.aws`,
  };
  return { id, state: { arn: id, domainValidationOptions: [option] } };
}

export function domainName(made: Made): Computed {
  const id = text(made, "domainName");
  const regionalDomainName = `d-${digits(made, 10)}.execute-api.${made.region}.amazonaws.com`;
  const regionalZoneId = `Z${digits(made, 13).toUpperCase()}`;
  const domainArn = `arn:aws:apigateway:${made.region}::/domainnames/${id}`;
  return { id, state: { arn: domainArn, regionalDomainName, regionalZoneId } };
}
