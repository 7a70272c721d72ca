import type { Mutation } from "../mutation";
import { editing, withProperties } from "./edits";

/**
 * The primary record depends only on home's own health check, which does not know of a takeover.
 */
export const noLatch: Mutation = {
  name: "no latch",
  edits: "route53-in-service",
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

/** Home's health check is never re-pointed. Only the latch keeps DNS away from home. */
export const noRepoint: Mutation = {
  name: "no re-pointing",
  sources: [
    {
      file: "lambda/handlers/failoverOrchestrator.ts",
      from: "return act.repoint(runtime, control);",
      to: "return;",
    },
  ],
};

/** After a takeover, home's health check requests a path that no region answers. */
export const deadHealthCheckPath: Mutation = {
  name: "dead health-check path",
  sources: [
    {
      file: "lambda/failover/act.ts",
      from: "ResourcePath: `${stagePath(runtime)}/health?after=${control.epoch}`,",
      to: 'ResourcePath: "/failed-over",',
    },
  ],
};

/**
 * Home's health check is disabled, as some runbooks do because they assume that this makes it
 * unhealthy.
 */
export const disabledHealthCheck: Mutation = {
  name: "disable the health check",
  edits: "route53-home",
  program: editing(
    "health check of home",
    ({ type, name }) => type === "aws:route53/healthCheck:HealthCheck" && name === "route53-home",
    (check) => withProperties(check, { disabled: true }),
  ),
};

/** Route 53 takes a throttled request for a failure, as it does with an API that everybody uses. */
export const throttledIsUnhealthy: Mutation = {
  name: "a throttled health check gets 429",
  edits: "api-use1-health-checks",
  program: editing(
    "API for health checks",
    ({ type, name }) =>
      type === "aws:apigateway/restApi:RestApi" && name === "api-use1-health-checks",
    (api) => {
      const body = String(api.inputs["body"]);
      return withProperties(api, { body: body.replace('"statusCode":200', '"statusCode":429') });
    },
  ),
};
