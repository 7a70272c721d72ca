import type { Answer, Request } from "../harness/aws";

interface Cluster {
  region: string;
  arn: string;
}

interface ControlPlaneSettings {
  clusters: readonly Cluster[];
  /** Makes a region's database the writer. */
  promote: (region: string) => Promise<void>;
  /** Runs a function by its name or ARN. @throws Error where it does not answer. */
  invoke: (name: string, event: unknown) => Promise<unknown>;
}

/** RDS shows a failover in progress for this long: the orchestrator must wait for its end. */
const PROMOTION_MS = 500;

/**
 * What a failover calls besides the services of the harness: RDS's global database, Lambda, SNS and
 * Route 53, on their wire protocols.
 */
export class ControlPlane {
  /** Steps of the failover so far, by call: as `rds FailoverGlobalCluster`. */
  onStep: (step: string) => void = () => {};
  private writer: string;
  private movingTo: string | undefined;

  constructor(private readonly settings: ControlPlaneSettings) {
    this.writer = settings.clusters[0]!.region;
  }

  /** A region's database writes, and no failover is in progress. */
  reset(writer: string): void {
    this.writer = writer;
    this.movingTo = undefined;
  }

  readonly intercept = async (request: Request): Promise<Answer | undefined> => {
    const { operation, body } = request;
    switch (operation) {
      case "rds POST":
        return this.rds(new URLSearchParams(body));
      case "Lambda POST":
        return this.lambda(request);
      case "sns POST":
        this.onStep("sns Publish");
        return xml("Publish", "<MessageId>live</MessageId>");
      case "route53 POST":
        return { text: "<UpdateHealthCheckResponse/>", headers: XML };
      case "DynamoDB PutItem":
        if (body.includes('"pk":{"S":"control"}')) this.onStep("control item");
        return undefined;
      default:
        return undefined;
    }
  };

  private rds(form: URLSearchParams): Answer {
    const action = form.get("Action") ?? "";
    switch (action) {
      case "DescribeGlobalClusters":
        return xml(action, `<GlobalClusters>${this.global()}</GlobalClusters>`);
      case "DescribeDBClusters":
        return xml(
          action,
          "<DBClusters><DBCluster><Status>available</Status></DBCluster></DBClusters>",
        );
      case "DescribeDBInstances":
        return xml(
          action,
          "<DBInstances><DBInstance><DBInstanceStatus>available</DBInstanceStatus></DBInstance></DBInstances>",
        );
      case "FailoverGlobalCluster":
        this.begin(form.get("TargetDbClusterIdentifier") ?? "");
        this.onStep(`rds ${action}`);
        return xml(action, "<GlobalCluster/>");
      default:
        throw new Error(`live: RDS has no ${action} here`);
    }
  }

  private begin(target: string): void {
    const cluster = this.settings.clusters.find(({ arn }) => arn === target);
    if (cluster === undefined) throw new Error(`live: there is no cluster ${target}`);
    if (this.movingTo !== undefined || this.writer === cluster.region) return;
    this.movingTo = cluster.region;
    const finish = async () => {
      await this.settings.promote(cluster.region);
      this.reset(cluster.region);
    };
    setTimeout(() => {
      finish().catch((error) => process.stderr.write(`live: ${String(error)}\n`));
    }, PROMOTION_MS);
  }

  private global(): string {
    const { clusters } = this.settings;
    const members = clusters.map(
      ({ arn, region }) =>
        `<GlobalClusterMember><DBClusterArn>${arn}</DBClusterArn>` +
        `<IsWriter>${region === this.writer}</IsWriter></GlobalClusterMember>`,
    );
    const target = clusters.find(({ region }) => region === this.movingTo);
    const state =
      target === undefined
        ? ""
        : `<FailoverState><Status>failing-over</Status><ToDbClusterArn>${target.arn}</ToDbClusterArn></FailoverState>`;
    return (
      `<GlobalClusterMember><GlobalClusterMembers>${members.join("")}</GlobalClusterMembers>` +
      `${state}</GlobalClusterMember>`
    );
  }

  private async lambda({ path, headers, body }: Request): Promise<Answer> {
    const [, name = ""] = /\/functions\/([^/]+)\/invocations/.exec(path) ?? [];
    const event: unknown = JSON.parse(body);
    this.onStep(`lambda ${Object.keys(event as object).join()}`);
    const running = this.settings.invoke(decodeURIComponent(name), event);
    if (headers["x-amz-invocation-type"] === "Event") {
      running.catch(() => undefined);
      return { text: "" };
    }
    try {
      return { text: JSON.stringify(await running) };
    } catch (error) {
      const headers = { "x-amz-function-error": "Unhandled" };
      return { text: JSON.stringify({ errorMessage: String(error) }), headers };
    }
  }
}

const XML = { "content-type": "text/xml" };

function xml(action: string, result: string): Answer {
  const text = `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
  return { text, headers: XML };
}
