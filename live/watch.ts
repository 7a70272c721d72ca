import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Platform } from "./platform";
import { type Control, WORK_INDEX, openShards } from "./shipped";

export interface RegionState {
  region: string;
  isCut: boolean;
  /** What Route 53's checkers say of its API, by the drill's evaluators. */
  isHealthy: boolean;
  /** Messages in its queues of fresh orders and of the backlog. */
  queued: number | undefined;
  database: "writer" | "standby" | "down";
}

export interface State {
  control: Control | undefined;
  regions: RegionState[];
  /** Orders that are open in the ledger. */
  openOrders: number | undefined;
  /** How much of the writer's log the standby has not applied. */
  lagBytes: number | undefined;
  /** Region that the API's name leads to. */
  dns: string;
}

/** Reads the platform's state past the proxies, as an observer outside of both regions would. */
export class Watch {
  private readonly ledger: string;
  private readonly queues: ReadonlyMap<string, readonly string[]>;

  constructor(private readonly platform: Platform) {
    const { functions, account } = platform.program;
    const order = [...functions.values()].find(({ stem }) => stem === "orderApi")!;
    this.ledger = order.environment["LEDGER_TABLE"]!;
    const names = (region: string) =>
      platform.declarations
        .all("lambda/eventSourceMapping:EventSourceMapping")
        .filter((each) => each.region === region)
        .map(({ inputs }) => String(inputs["eventSourceArn"]).split(":").at(-1)!)
        .map((name) => `${platform.emulator.url}/${account}/${name}`);
    const regions = [platform.home, platform.standby];
    this.queues = new Map(regions.map((region) => [region, names(region)]));
  }

  async control(): Promise<Control | undefined> {
    const Key = { pk: "control" };
    const answer = await this.documents.send(new GetCommand({ TableName: this.ledger, Key }));
    return answer.Item as Control | undefined;
  }

  async openOrders(): Promise<number> {
    const counts = openShards.map(async (shard) => {
      const { Count = 0 } = await this.documents.send(
        new QueryCommand({
          TableName: this.ledger,
          IndexName: WORK_INDEX,
          Select: "COUNT",
          KeyConditionExpression: "#shard = :shard",
          ExpressionAttributeNames: { "#shard": "shard" },
          ExpressionAttributeValues: { ":shard": shard },
        }),
      );
      return Count;
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Moves the moment from which home has settled in this epoch back, so that automatic failover is
   * armed earlier.
   */
  async arm(seconds: number): Promise<void> {
    await this.documents.send(
      new UpdateCommand({
        TableName: this.ledger,
        Key: { pk: `progress#${this.platform.home}` },
        UpdateExpression: "SET firstAtMs = firstAtMs - :ms",
        ConditionExpression: "attribute_exists(firstAtMs)",
        ExpressionAttributeValues: { ":ms": seconds * 1000 },
      }),
    );
  }

  /** When home first and last settled orders under an epoch. */
  async progress(): Promise<{ epoch: number; firstAtMs: number; lastAtMs: number } | undefined> {
    const Key = { pk: `progress#${this.platform.home}` };
    const answer = await this.documents.send(new GetCommand({ TableName: this.ledger, Key }));
    return answer.Item as { epoch: number; firstAtMs: number; lastAtMs: number } | undefined;
  }

  async state(): Promise<State> {
    const { platform } = this;
    const [control, openOrders, lagBytes, ...queued] = await Promise.all([
      this.control().catch(() => undefined),
      this.openOrders().catch(() => undefined),
      platform.pair.lagBytes(),
      ...[platform.home, platform.standby].map((region) => this.queued(region)),
    ]);
    const regions = [platform.home, platform.standby].map((region, i) => ({
      region,
      isCut: platform.cut.has(region),
      isHealthy: this.isHealthy(region),
      queued: queued[i],
      database: this.databaseOf(region),
    }));
    return { control, regions, openOrders, lagBytes, dns: platform.dnsRegion() };
  }

  private get documents() {
    return this.platform.clients(this.platform.standby).documents;
  }

  private async queued(region: string): Promise<number | undefined> {
    const AttributeNames = ["All" as const];
    const depths = (this.queues.get(region) ?? []).map(async (QueueUrl) => {
      const { sqs } = this.platform.clients(region);
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
      );
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
      return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    });
    const all = await Promise.all(depths).catch(() => undefined);
    return all?.reduce((sum, depth) => sum + depth, 0);
  }

  private isHealthy(region: string): boolean {
    const { program, evaluators } = this.platform;
    return program.healthChecks
      .filter(({ endpoint, isInverted }) => !isInverted && endpoint?.host.includes(`.${region}.`))
      .every(({ id }) => evaluators.route53.isHealthy(id));
  }

  private databaseOf(region: string): RegionState["database"] {
    const { pair } = this.platform;
    if (!pair.of(region).server.isRunning) return "down";
    return pair.writer === region ? "writer" : "standby";
  }
}
