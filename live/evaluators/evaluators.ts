import { PublishCommand } from "@aws-sdk/client-sns";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { Random } from "../../support/simulation/random";
import { Simulation } from "../../support/simulation/simulation";
import {
  Base,
  Cloudwatch,
  type Happening,
  type LogEntry,
  Network,
  type ProgramDescription,
  Route53,
  Schedules,
} from "../drill";
import type { Clients } from "../emulator/clients";
import type { HttpAnswer, HttpRequest } from "../shipped";
import { spedUp } from "./speed";

interface EvaluatorSettings {
  program: ProgramDescription;
  seed: string;
  /** Schedules and health checks come this many times faster. */
  speed: number;
  clients: (region: string) => Clients;
  /** Sends a request of Route 53's checkers to an API of this machine. */
  fetch: (request: HttpRequest) => Promise<HttpAnswer>;
  onHappening: (happening: Happening) => void;
}

/** The simulation's clock follows the real one in steps of this length. */
const STEP_MS = 100;

/**
 * What the emulator lacks: schedules, alarms and their actions, health checks and DNS answers. The
 * drill's own services evaluate them, in real time; their calls go to the emulator.
 */
export class Evaluators {
  readonly network = new Network();
  readonly route53: Route53;
  private readonly base: Base;
  private readonly cloudwatch: Cloudwatch;
  private readonly simulation = new Simulation(false, Date.now());
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly settings: EvaluatorSettings) {
    const { program, faster } = spedUp(settings.program, settings.speed);
    this.base = new Base(this.simulation, new Random(settings.seed), program, this.network);
    this.base.watch(settings.onHappening);
    const lambda = {
      invokeFor: (_principal: string, _source: string, arn: string, event: unknown) => {
        void this.send(this.invoke(arn, event));
        return true;
      },
    };
    const sns = {
      publishFor: (_principal: string, _context: unknown, topic: string, message: string) => {
        void this.send(this.publish(topic, message));
      },
    };
    this.cloudwatch = new Cloudwatch(this.base, lambda, sns);
    this.route53 = new Route53(this.base, {
      request: (_from, request, answer) => {
        settings.fetch(request).then(answer, () => undefined);
      },
    });
    new Schedules(this.base, lambda);
    for (const { arn, periodMs, targets } of faster) {
      this.base.every(periodMs, periodMs, () => {
        for (const each of targets) {
          const event: unknown = JSON.parse(each.input ?? "{}");
          if (!this.network.isLost(regionOf(each.arn))) lambda.invokeFor("", arn, each.arn, event);
        }
      });
    }
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  /** A log line of a function: it may carry metrics. */
  logged(region: string, entry: LogEntry): void {
    if (entry._aws !== undefined) this.cloudwatch.logged(region, entry, entry._aws);
  }

  /** A function's call of PutMetricData. */
  published(region: string, input: Record<string, unknown>): void {
    const reply = { ok: () => undefined, fail: () => undefined };
    this.cloudwatch.handle(region, "PutMetricDataCommand", input, reply);
  }

  /** How long Aurora takes for a move, drawn from the drill's assumptions. */
  moveSeconds(kind: "failover" | "switchover"): number {
    const assumption = kind === "failover" ? "promotionSeconds" : "switchoverSeconds";
    return this.base.draw(assumption) / this.settings.speed;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      await this.simulation.run(Date.now());
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  private invoke(arn: string, event: unknown): Promise<unknown> {
    return this.settings.clients(regionOf(arn)).lambda.send(
      new InvokeCommand({
        FunctionName: arn,
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify(event)),
      }),
    );
  }

  private publish(TopicArn: string, Message: string): Promise<unknown> {
    return this.settings
      .clients(regionOf(TopicArn))
      .sns.send(new PublishCommand({ TopicArn, Message }));
  }

  /** A call that fails is one that AWS would have lost; only people want to know. */
  private async send(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (error) {
      if (!this.isStopped)
        process.stderr.write(`live: a call of the drill's evaluators: ${String(error)}\n`);
    }
  }
}

const regionOf = (arn: string): string => arn.split(":")[3]!;
