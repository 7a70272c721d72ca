import { HOME_REGION } from "../../lambda/shared/tunables";
import type { Properties, Resource } from "../description/lookup";
import type { Mutation } from "../mutation";
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
export const orchestratorAtHome: Mutation = {
  name: "orchestrator at home",
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

/** The primary record follows home's own health alone; nobody says that a takeover took place. */
export const noLatch: Mutation = {
  name: "no latch",
  program: (resources) => {
    const latch = resources.find(({ state }) => state["invertHealthcheck"] === true);
    return editing(
      "calculated health check over the latch",
      ({ state }) => Array.isArray(state["childHealthchecks"]),
      (resource) => {
        const children = resource.state["childHealthchecks"] as string[];
        const childHealthchecks = children.filter((child) => child !== latch?.id);
        return withProperties(resource, {
          childHealthchecks,
          childHealthThreshold: childHealthchecks.length,
        });
      },
    )(resources);
  },
};

/** An order counts as done once it is settled, before the other region has seen its row. */
export const closeOnSettlement: Mutation = {
  name: "close on settlement",
  sources: [
    {
      file: "lambda/shared/orderLedger.ts",
      from: 'UpdateExpression: "SET settledEpoch = :epoch",',
      to: 'UpdateExpression: "SET settledEpoch = :epoch, #shard = :closed", ExpressionAttributeNames: { "#shard": "shard" },',
    },
    {
      file: "lambda/shared/orderLedger.ts",
      from: 'ExpressionAttributeValues: { ":epoch": epoch },',
      to: 'ExpressionAttributeValues: { ":epoch": epoch, ":closed": "closed#0" },',
    },
  ],
};
