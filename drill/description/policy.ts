import { NotModelledError } from "../../support/aws/errors";
import { type Lookup, type Resource, json, refuse, text } from "./lookup";

/** One statement of an IAM policy, with compiled patterns. */
export interface Statement {
  isDeny: boolean;
  principals: readonly string[];
  actions: readonly RegExp[];
  resources: readonly RegExp[];
  conditions: readonly Condition[];
}

interface Condition {
  key: string;
  /** True if every value of the key has to match, which no value does too. */
  isForAll: boolean;
  holds: (actual: string) => boolean;
}

/** Condition keys of a call, in lower case, with their values: a list for a multivalued key. */
export type CallContext = Readonly<Record<string, string | readonly string[] | undefined>>;

interface RawStatement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const asList = <T extends string | object>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/**
 * IAM's wildcards: `*` matches any text, `?` one character. Actions are matched case-insensitively.
 */
export function pattern(glob: string, flags = ""): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, flags);
}

const FOR_ALL = "ForAllValues:";

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
        const isForAll = operator.startsWith(FOR_ALL);
        const single = isForAll ? operator.slice(FOR_ALL.length) : operator;
        const tests = asList(values).map((value) => conditionTest(single, value));
        return {
          key: key.toLowerCase(),
          isForAll,
          holds: (actual: string) => tests.some((test) => test(actual)),
        };
      }),
    ),
  }));
}

/** Whether the statements allow an action on a resource. An explicit Deny overrides every Allow. */
export function allows(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: CallContext = {},
): boolean {
  return allowedBy(statementsOn(statements, action, resource), context);
}

/** The statements that name an action and a resource. */
export function statementsOn(
  statements: readonly Statement[],
  action: string,
  resource: string,
): Statement[] {
  return statements.filter(
    ({ actions, resources }) =>
      actions.some((each) => each.test(action)) &&
      (resources.length === 0 || resources.some((each) => each.test(resource))),
  );
}

/** Whether statements that name the action and the resource allow a call with these conditions. */
export function allowedBy(statements: readonly Statement[], context: CallContext): boolean {
  const applying = statements.filter(({ conditions }) =>
    conditions.every((condition) => conditionHolds(condition, context)),
  );
  return applying.length > 0 && !applying.some(({ isDeny }) => isDeny);
}

const like = (value: string): ((actual: string) => boolean) => {
  const glob = pattern(value);
  return (actual) => glob.test(actual);
};

/** The operators that this program uses. Others throw an error, so that none is ignored. */
const operators: Readonly<Record<string, (value: string) => (actual: string) => boolean>> = {
  StringEquals: (value) => (actual) => value === actual,
  StringLike: like,
  // Both operators accept wildcards and behave the same (IAM User Guide, condition operators).
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

function conditionHolds({ key, isForAll, holds }: Condition, context: CallContext): boolean {
  const actual = context[key];
  if (isForAll) return asList(actual).every(holds);
  if (typeof actual === "object") {
    throw new Error(`policy condition on ${key}, which has several values, needs ForAllValues`);
  }
  return actual !== undefined && holds(actual);
}

/**
 * The statements of every role, by its ARN and its name. @throws NotModelledError if a role has
 * other policies than its own `RolePolicy` resources
 */
export function describeRoles(lookup: Lookup): Map<string, Statement[]> {
  const roles = new Map<string, Statement[]>();
  for (const role of lookup.all("aws:iam/role:Role")) {
    refuse(role, "inlinePolicies", "managedPolicyArns");
    const statements: Statement[] = [];
    for (const key of [text(role, "arn"), text(role, "name"), role.id]) roles.set(key, statements);
  }
  for (const type of [
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  ]) {
    if (lookup.all(type).length > 0) throw new NotModelledError(type);
  }
  for (const policy of lookup.all("aws:iam/rolePolicy:RolePolicy")) {
    roleOf(roles, policy).push(...parsePolicy(json(policy, "policy")));
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
