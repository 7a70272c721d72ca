import { HOME_REGION } from "../shipped";
import type { Properties, Resource } from "../description/lookup";
import { type Mutation, combined } from "../mutation";
import { editing, replaceText, withProperties } from "./edits";

/** Where the sentinel, the tick, their alarms and their permissions are declared. */
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
  // Home's own topic wakes the orchestrator too, wherever that stands.
  if (type === "aws:sns/topicSubscription:TopicSubscription") return /orchestrator/.test(text);
  if (!failoverTypes.includes(type) || region === HOME_REGION) return false;
  const isOwn = type.startsWith("aws:iam/") || type === "aws:lambda/function:Function";
  return (isOwn ? /sentinel/ : /sentinel|orchestrator|tick|reachable|failover/).test(text);
}

/**
 * Everything that sees an outage and acts on it stands where the outage is: the sentinel, the
 * schedules and the alarms of the standby region move to home, which has an orchestrator already.
 */
export const failoverAtHome: Mutation = {
  name: "failover resources at home",
  // Its tick is where it is.
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
    // Variables that name both regions must go on naming both.
    const isKept = (key: string): boolean => /^(HOME|STANDBY)_/.test(key);
    return editing("failover resource", belongsToFailover, (resource) => ({
      ...resource,
      region: HOME_REGION,
      inputs: replaceText(resource.inputs, move, isKept) as Properties,
      state: replaceText(resource.state, move, isKept) as Properties,
    }))(resources);
  },
};

/** Home's orchestrator decides on its own loss. */
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

/** The orchestrator may not ask for a failover of the global database. */
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

const SLOW_PERIOD_SECONDS = 60;

/** The alarms under the composite count minutes instead of slots. */
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
 * Nothing orders the failover component before the rest when the stack is destroyed: its functions
 * still go early, because they name what they call, but the tick's schedule, whose absence tells a
 * loop that is still running why home goes, outlives home.
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
