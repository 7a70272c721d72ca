import { HOME_REGION } from "../shipped";
import type { Properties, Resource } from "../description/lookup";
import { type Mutation, combined } from "../mutation";
import { editing, replaceText, variablesOf, withProperties } from "./edits";

/** The resource types that declare the sentinel, the tick, their alarms and their permissions. */
const failoverTypes = [
  "aws:lambda/function:Function",
  "aws:lambda/permission:Permission",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  "aws:iam/role:Role",
  "aws:iam/rolePolicy:RolePolicy",
];

function belongsToFailover({ type, state, region }: Resource): boolean {
  const text = JSON.stringify(state);
  // Home's own topic also starts the orchestrator, wherever that is.
  if (type === "aws:sns/topicSubscription:TopicSubscription") return /orchestrator/.test(text);
  if (!failoverTypes.includes(type) || region === HOME_REGION) return false;
  const isOwn = type.startsWith("aws:iam/") || type === "aws:lambda/function:Function";
  return (isOwn ? /sentinel/ : /sentinel|orchestrator|tick|reachable|failover/).test(text);
}

/**
 * Places detection and orchestration in the region that fails: the sentinel, the schedules and the
 * alarms move from the standby to home, which already has an orchestrator.
 */
export const failoverAtHome: Mutation = {
  name: "failover resources at home",
  // The tick's rule is now in home's region.
  sources: [
    {
      file: "lambda/failover/act.ts",
      from: 'const standby = variable(runtime.env, "STANDBY_REGION");',
      to: 'const standby = variable(runtime.env, "HOME_REGION");',
    },
  ],
  edits: "failover-*, sentinel-use2",
  program: (resources) => {
    const standby = resources.find(
      (each) => belongsToFailover(each) && each.region !== HOME_REGION,
    )?.region;
    if (standby === undefined) throw new Error("mutation: no failover resources to move");
    const token = (region: string): string => region.replace(/^(..)-(.).*-(\d)$/, "$1$2$3");
    const move = (text: string): string =>
      text.replaceAll(standby, HOME_REGION).replaceAll(token(standby), token(HOME_REGION));
    // Variables with both regions' names must stay unchanged.
    const isKept = (key: string): boolean => /^(HOME|STANDBY)_/.test(key);
    return editing("failover resource", belongsToFailover, (resource) => ({
      ...resource,
      region: HOME_REGION,
      inputs: replaceText(resource.inputs, move, isKept) as Properties,
      state: replaceText(resource.state, move, isKept) as Properties,
    }))(resources);
  },
};

/** Home's orchestrator decides whether home is lost. */
export const orchestratorAtHome = combined("orchestrator at home", [
  failoverAtHome,
  {
    name: "home decides",
    sources: [
      {
        file: "lambda/failover/decide.ts",
        from: "if (self !== standby || control.active !== home) return null;",
        to: "if (self !== home || control.active !== home) return null;",
      },
    ],
  },
]);

/** The orchestrator lacks the permission to fail over the global database. */
export const missingPermission: Mutation = {
  name: "a missing permission",
  edits: "failoverOrchestrator-use2",
  program: editing(
    "policy of the orchestrator in the standby region",
    ({ type, name }) =>
      type === "aws:iam/rolePolicy:RolePolicy" && name === "failoverOrchestrator-use2",
    (policy) =>
      withProperties(policy, {
        policy: (policy.state["policy"] as string).replace('"rds:FailoverGlobalCluster",', ""),
      }),
  ),
};

/** What a takeover needs shares the account's concurrency with others. */
export const nothingReserved: Mutation = {
  name: "nothing reserved for a takeover",
  edits: "dbMigration-*, settlementSweep-*",
  program: editing(
    "function that a takeover needs",
    ({ type, name }) =>
      type === "aws:lambda/function:Function" && /^(dbMigration|settlementSweep)-/.test(name),
    (each) => withProperties(each, { reservedConcurrentExecutions: -1 }),
  ),
};

const isProbing = ({ type, name }: Resource): boolean =>
  type === "aws:lambda/function:Function" && /^(sentinel|failoverOrchestrator)-/.test(name);

/** Each poll of a lost region resolves its names anew, on threads of its own. */
export const lookupsUnshared: Mutation = {
  name: "lookups of a name are not shared",
  sources: [
    {
      file: "lambda/runtime/sharedCalls.ts",
      from: "if (known !== undefined) return known;",
      to: "",
    },
  ],
};

/** Functions that probe have Node.js's usual threads, half of which resolve names. */
export const fewThreads: Mutation = {
  name: "the usual number of threads",
  edits: "sentinel-*, failoverOrchestrator-*",
  program: editing("function that probes", isProbing, (each) => {
    const variables = { ...variablesOf(each), UV_THREADPOOL_SIZE: "4" };
    return withProperties(each, { environment: { variables } });
  }),
};

const SLOW_PERIOD_SECONDS = 60;

/** The alarms below the composite count minutes instead of slots. */
export const slowComposite: Mutation = {
  name: "composite slow",
  edits: "failover-alarms-*-reachable",
  program: editing(
    "alarm of look()",
    ({ type, name }) =>
      type === "aws:cloudwatch/metricAlarm:MetricAlarm" &&
      /^failover-alarms-.*reachable$/.test(name),
    (alarm) => withProperties(alarm, { period: SLOW_PERIOD_SECONDS }),
  ),
};

/**
 * The failover component has no order of its own when the stack is destroyed. Its functions are
 * still deleted early, because they refer to what they call. But the tick's schedule outlives home.
 * Its absence would tell a running loop that home is being destroyed on purpose.
 */
export const withoutDependsOn: Mutation = {
  name: "failover component without dependsOn",
  edits: "failover",
  program: editing(
    "failover component",
    ({ type }) => type === "trading:platform:Failover",
    (component) => ({ ...component, dependencies: [] }),
  ),
};
