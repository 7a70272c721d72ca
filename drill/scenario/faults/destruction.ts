import type { AssumptionName } from "../../assumptions";
import { destructionWaves } from "../../description/destruction";
import type { Resource } from "../../description/lookup";
import { serviceError } from "../../../support/aws/errors";
import type { RequestAnswer } from "../../world/hooks";
import type { Stage } from "./fault";

const forbidden: RequestAnswer = { status: 403, body: '{"message":"Forbidden"}' };

const slow = /^aws:rds\/(cluster|clusterInstance|globalCluster):/;

/** How long the deletion of a resource takes. */
function durationOf(type: string): AssumptionName {
  if (slow.test(type)) return "databaseDeletionSeconds";
  return type.startsWith("aws:apigateway/restApi:") ? "apiDeletionSeconds" : "deletionSeconds";
}

/**
 * Deletes everything the program declares, in the order of its dependencies. Invocations in
 * progress continue with the rights they had: AWS does not document what deleting a function does
 * to its invocations, nor when they lose their rights. Permissions and subscriptions of deleted
 * resources remain. As a result, more invocations poll home while it is being deleted, which is the
 * harder case.
 */
export function destroy(stage: Stage): void {
  const { base } = stage.world;
  const destruction = new Destruction(stage);
  let beginsMs = 0;
  for (const wave of destructionWaves(base.program.resources)) {
    let endsMs = beginsMs;
    for (const resource of wave.filter(({ id }) => id !== "")) {
      const goneMs = beginsMs + base.draw(durationOf(resource.type)) * 1000;
      base.simulation.after(goneMs, () => destruction.delete(resource));
      endsMs = Math.max(endsMs, goneMs);
    }
    beginsMs = endsMs;
  }
}

/** What has been deleted so far, and what has stopped in the world because of it. */
class Destruction {
  /** Service and name, ID, ARN or URL of each deleted resource, as calls refer to it. */
  private readonly gone = new Set<string>();
  private readonly answers = new Map<string, RequestAnswer>();

  constructor(private readonly stage: Stage) {
    const { hooks } = stage.world.base;
    hooks.request.add((region) => this.answers.get(region));
    hooks.start.add(({ arn }) =>
      this.gone.has(`lambda ${arn}`) ? new Error(`Function not found: ${arn}`) : undefined,
    );
    hooks.call.add(({ service, input }) => {
      const isNamed = (value: unknown): boolean =>
        typeof value === "string" && this.gone.has(`${service} ${value}`);
      if (!Object.values(input).some(isNamed)) return undefined;
      return { error: serviceError("ResourceNotFoundException", "what is asked for is gone") };
    });
  }

  delete({ id, type, state, region = "" }: Resource): void {
    const service = /^aws:(\w+)\//.exec(type)?.[1];
    for (const name of [id, state["arn"], state["name"], state["url"]]) {
      if (typeof name === "string") this.gone.add(`${service} ${name}`);
    }
    const { world } = this.stage;
    const textOf = (property: string): string => String(state[property]);
    switch (type) {
      case "aws:cloudwatch/eventRule:EventRule":
        return void world.schedules.rules.delete(textOf("arn"));
      case "aws:cloudwatch/eventTarget:EventTarget":
        return world.schedules.removeTarget(region, textOf("rule"), textOf("arn"));
      case "aws:cloudwatch/metricAlarm:MetricAlarm":
      case "aws:cloudwatch/compositeAlarm:CompositeAlarm":
        return world.cloudwatch.alarms.remove(textOf("arn"));
      case "aws:lambda/eventSourceMapping:EventSourceMapping":
        return this.later(() => world.sqs.disconnect(textOf("eventSourceArn")));
      case "aws:apigateway/stage:Stage":
        return this.later(() => this.stageDeleted(region));
      case "aws:apigateway/restApi:RestApi":
        return this.apiDeleted(id, region);
      case "aws:rds/clusterInstance:ClusterInstance":
        return this.instanceDeleted(region);
    }
  }

  /** Pollers and routes continue for a short time after their deletion. */
  private later(cease: () => void): void {
    const { base } = this.stage.world;
    base.simulation.after(base.draw("outlivesDeletionSeconds") * 1000, cease);
  }

  /** Clients stop ordering when no stage is left to answer them. */
  private stageDeleted(region: string): void {
    if (region === this.stage.region("home")) this.stage.clients.stop();
    if (!this.answers.has(region)) this.answers.set(region, forbidden);
  }

  /** A region answers until the API of orders is deleted, which probes use as clients do. */
  private apiDeleted(id: string, region: string): void {
    const deleted = this.stage.world.base.program.apis.find((api) => api.id === id);
    const takesOrders = deleted?.routes.some(({ method }) => method === "POST") === true;
    if (takesOrders) this.answers.set(region, "hang");
  }

  /** A cluster answers until its last instance is deleted. */
  private instanceDeleted(region: string): void {
    const member = this.stage.world.aurora.members.get(region);
    if (member === undefined) return;
    const isLeft = member.cluster.instanceIdentifiers.some((each) => !this.gone.has(`rds ${each}`));
    if (!isLeft) member.isDown = true;
  }
}
