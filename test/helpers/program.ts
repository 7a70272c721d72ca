import type { CaptureOptions, CapturedResource } from "../../support/capture/capture";
import { cachedCapture } from "../../support/capture/cachedCapture";

/** One statement of a policy document, as AWS reads it. */
export interface PolicyStatement {
  Sid?: string;
  Effect: string;
  Principal?: "*" | Record<string, string>;
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** What the program registered, with the questions that tests ask about it. */
export class Program {
  constructor(
    readonly resources: readonly CapturedResource[],
    readonly outputs: Readonly<Record<string, unknown>>,
  ) {}

  /** All of a type, named as in `sqs/queue`. */
  all(type: string): CapturedResource[] {
    return this.resources.filter((resource) => resource.type.startsWith(`aws:${type}:`));
  }

  /** The one of a type with this logical name. */
  one(type: string, name: string): CapturedResource {
    const found = this.all(type).filter((resource) => resource.name === name);
    if (found.length !== 1 || !found[0]) {
      const names = this.all(type).map((resource) => resource.name);
      throw new Error(`${found.length} ${type} are called ${name}; there are ${names.join(", ")}`);
    }
    return found[0];
  }

  component(type: string, name: string): CapturedResource {
    const found = this.resources.find(
      (resource) => resource.type === `trading:platform:${type}` && resource.name === name,
    );
    if (!found) throw new Error(`no ${type} is called ${name}`);
    return found;
  }

  /** Its resources, at any depth. */
  under(component: CapturedResource): CapturedResource[] {
    const children = this.resources.filter((resource) => resource.parent === component.urn);
    return children.flatMap((child) => [child, ...this.under(child)]);
  }

  /** The resource of a type whose computed ARN this is. */
  byArn(type: string, arn: unknown): CapturedResource {
    const found = this.all(type).find((resource) => resource.state.arn === arn);
    if (!found) throw new Error(`no ${type} has the ARN ${String(arn)}`);
    return found;
  }

  /** URNs of everything that must be there before it, through parents and their dependencies. */
  waitsFor(resource: CapturedResource): Set<string> {
    const byUrn = new Map(this.resources.map((each) => [each.urn, each]));
    const seen = new Set<string>();
    const open = [resource.urn];
    for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
      const each = byUrn.get(urn);
      const before = [...(each?.dependencies ?? []), ...(each?.parent ? [each.parent] : [])];
      for (const next of before.filter((candidate) => !seen.has(candidate))) {
        seen.add(next);
        open.push(next);
      }
    }
    return seen;
  }

  /** The statements that a function's role allows. */
  statementsOf(functionName: string): PolicyStatement[] {
    const { inputs } = this.one("lambda/function", functionName);
    const role = this.byArn("iam/role", inputs.role);
    const policies = this.all("iam/rolePolicy").filter(
      (policy) => policy.inputs.role === role.state.name,
    );
    return policies.flatMap((policy) => statements(policy.inputs.policy));
  }

  /** `Sid: actions on resources`, one line per statement: what a role may do, readable. */
  rightsOf(functionName: string): Record<string, [string[], string[]]> {
    return Object.fromEntries(
      this.statementsOf(functionName).map(({ Sid, Action, Resource }) => [
        Sid ?? "",
        [Action, Resource],
      ]),
    );
  }

  environmentOf(functionName: string): Record<string, string> {
    const { inputs } = this.one("lambda/function", functionName);
    return (inputs.environment as { variables: Record<string, string> }).variables;
  }
}

export function statements(policy: unknown): PolicyStatement[] {
  return (JSON.parse(policy as string) as { Statement: PolicyStatement[] }).Statement;
}

/** What can be set otherwise than by default, in one program: each one takes a second to load. */
export const setOtherwise: CaptureOptions = {
  config: {
    alertEmails: '["a@example.com","b@example.com"]',
    alertEndpoints: '["https://events.example.com/trading"]',
    apiAccessLogs: "true",
    auroraEngineVersion: "16.9",
    auroraInstanceClass: "db.serverless",
    auroraInstancesPerRegion: "3",
    authAudience: "trading",
    authIssuer: "https://tenant.us.auth0.com/",
    author: "Ada",
    canaryRuntime: "syn-nodejs-puppeteer-16.0",
    canaryScheduleMinutes: "2",
    gameDay: "true",
    healthCheckIntervalSeconds: "10",
    homeZones: '["us-east-1d","us-east-1f"]',
    orderProcessorReservedConcurrency: "4",
    permissionsBoundary: "arn:aws:iam::123456789012:policy/pr-boundary",
    repository: "github.com/example/t",
  },
};

/** Everything that a bank's reviewer asks for. */
export const audited: CaptureOptions = {
  config: { apiAccessLogs: "true", customerManagedKeys: "true", retention: "durable" },
};

/** Other regions, in an account with a small quota. */
export const elsewhere: CaptureOptions = {
  config: {
    orderProcessorReservedConcurrency: "unreserved",
    standbyRegion: "eu-central-1",
    witnessRegion: "eu-west-1",
  },
};

const loaded = new Map<string, Promise<Program>>();

/** The program under a configuration; loaded once per test file. */
export function loadProgram(options: CaptureOptions = {}): Promise<Program> {
  const key = JSON.stringify(options);
  const known = loaded.get(key);
  if (known) return known;
  const made = cachedCapture(options).then(
    ({ resources, outputs }) => new Program(resources, outputs),
  );
  loaded.set(key, made);
  return made;
}

/** ARN of the account that captures pretend to be in. */
export function arn(service: string, region: string, rest: string): string {
  return `arn:aws:${service}:${region}:123456789012:${rest}`;
}

export const regions = [
  ["use1", "us-east-1"],
  ["use2", "us-east-2"],
] as const;

/** The zones that networks get by default: in the captures' account, us-east-1b is use1-az3. */
export const zonesOf = {
  "us-east-1": ["us-east-1a", "us-east-1c"],
  "us-east-2": ["us-east-2a", "us-east-2b"],
} as const;
