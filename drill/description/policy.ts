import { type Lookup, type Resource, json, list, text } from "./lookup";

/** One statement of an IAM policy, with its patterns ready to be matched. */
export interface Statement {
  isDeny: boolean;
  principals: readonly string[];
  actions: readonly RegExp[];
  resources: readonly RegExp[];
  conditions: readonly Condition[];
}

interface Condition {
  key: string;
  holds: (actual: string) => boolean;
}

/** What is known of a call beside its action and resource, by condition key in lower case. */
export type CallContext = Readonly<Record<string, string | undefined>>;

interface RawStatement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const asList = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** IAM's wildcards: `*` any text, `?` one character. Actions are matched without case. */
export function pattern(glob: string, flags = ""): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, flags);
}

export function parsePolicy(document: unknown): Statement[] {
  const raw = (document as { Statement?: RawStatement | RawStatement[] } | undefined)?.Statement;
  return asList(raw).map((statement) => ({
    isDeny: statement.Effect === "Deny",
    principals:
      typeof statement.Principal === "string"
        ? [statement.Principal]
        : Object.values(statement.Principal ?? {}).flatMap((value) => asList(value)),
    actions: asList(statement.Action).map((action) => pattern(action, "i")),
    resources: asList(statement.Resource).map((resource) => pattern(resource)),
    conditions: Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => {
        const tests = asList(values).map((value) => conditionTest(operator, value));
        return {
          key: key.toLowerCase(),
          holds: (actual: string) => tests.some((test) => test(actual)),
        };
      }),
    ),
  }));
}

/** The statements that speak of an action. */
export function speakingOf(statements: readonly Statement[], action: string): Statement[] {
  return statements.filter(({ actions }) => actions.some((each) => each.test(action)));
}

/** Whether statements allow an action on a resource: one that denies outweighs all that allow. */
export function allows(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: CallContext = {},
): boolean {
  return allowOn(speakingOf(statements, action), resource, context);
}

/** Whether statements that speak of an action allow it on a resource. */
export function allowOn(
  statements: readonly Statement[],
  resource: string,
  context: CallContext,
): boolean {
  let isAllowed = false;
  for (const { isDeny, resources, conditions } of statements) {
    const applies =
      (resources.length === 0 || resources.some((each) => each.test(resource))) &&
      conditions.every((condition) => conditionHolds(condition, context));
    if (!applies) continue;
    if (isDeny) return false;
    isAllowed = true;
  }
  return isAllowed;
}

const like = (value: string): ((actual: string) => boolean) => {
  const glob = pattern(value);
  return (actual) => glob.test(actual);
};

/** Operators this program uses; another one is an error, so that it is not passed in silence. */
const operators: Readonly<Record<string, (value: string) => (actual: string) => boolean>> = {
  StringEquals: (value) => (actual) => value === actual,
  StringLike: like,
  // IAM User Guide, condition operators: both of them know wildcards, and do the same.
  ArnEquals: like,
  ArnLike: like,
};

function conditionTest(operator: string, value: string): (actual: string) => boolean {
  const test = operators[operator];
  if (test === undefined) {
    throw new Error(`policy condition ${operator} is not modelled: add it to operators`);
  }
  return test(value);
}

function conditionHolds({ key, holds }: Condition, context: CallContext): boolean {
  const actual = context[key];
  return actual !== undefined && holds(actual);
}

/** The statements of every role, by its ARN and by its name: inline, attached and managed. */
export function describeRoles(lookup: Lookup): Map<string, Statement[]> {
  const roles = new Map<string, Statement[]>();
  for (const role of lookup.all("aws:iam/role:Role")) {
    const statements: Statement[] = [];
    for (const inline of list<{ policy?: string }>(role, "inlinePolicies")) {
      if (inline.policy !== undefined) statements.push(...parsePolicy(JSON.parse(inline.policy)));
    }
    for (const key of [text(role, "arn"), text(role, "name"), role.id]) roles.set(key, statements);
  }
  for (const policy of lookup.all("aws:iam/rolePolicy:RolePolicy")) {
    roleOf(roles, policy).push(...parsePolicy(json(policy, "policy")));
  }
  const managed = new Map(
    lookup
      .all("aws:iam/policy:Policy")
      .map((policy) => [text(policy, "arn"), parsePolicy(json(policy, "policy"))]),
  );
  for (const attachment of lookup.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")) {
    roleOf(roles, attachment).push(...managedStatements(managed, text(attachment, "policyArn")));
  }
  return roles;
}

function roleOf(roles: Map<string, Statement[]>, resource: Resource): Statement[] {
  const statements = roles.get(text(resource, "role"));
  if (statements === undefined) {
    throw new Error(`${resource.name}: no role ${text(resource, "role")} in the program`);
  }
  return statements;
}

/** AWS's own policies: of those in use only this one allows calls that the world plays. */
function managedStatements(managed: Map<string, Statement[]>, arn: string): Statement[] {
  if (arn.endsWith("/AWSLambdaSQSQueueExecutionRole")) {
    return parsePolicy({
      Statement: {
        Effect: "Allow",
        Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        Resource: "*",
      },
    });
  }
  return managed.get(arn) ?? [];
}
