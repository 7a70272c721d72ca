import { cpuShareOf } from "../harness/cpuShare";
import { HOME, STANDBY } from "../harness/live";
import type { Deployed, DeployedFunction } from "../harness/program";
import { SWEEP_RESERVE_MS } from "../shipped";

/** How Lambda polls a queue for order-processor. */
export interface Polling {
  queue: string;
  /** Sandboxes at most. */
  concurrency: number;
  /** Messages of one invocation at most. */
  batchSize: number;
}

/** What the program deploys, as far as it bounds the rate of orders. */
export interface Plan {
  /** Orders a second that the API of each region admits. */
  admittedByRegion: readonly number[];
  fresh: Polling;
  backlog: Polling;
  /** Share of a CPU that an order-processor has. */
  processorShare: number;
  sweepShare: number;
  sweepEverySeconds: number;
  /** Of an invocation of the sweep: after it, the sweep starts nothing new. */
  sweepWorkSeconds: number;
}

export function planOf(program: Deployed): Plan {
  const sweep = program.function("settlementSweep", STANDBY);
  const variable = (name: string) => sweep.environment[name]!.split("/").at(-1)!;
  return {
    admittedByRegion: [HOME, STANDBY].map((region) => admitted(program, region)),
    fresh: pollingOf(program, variable("QUEUE_URL")),
    backlog: pollingOf(program, variable("BACKLOG_QUEUE_URL")),
    processorShare: cpuShareOf(program.function("orderProcessor", STANDBY).memoryMb),
    sweepShare: cpuShareOf(sweep.memoryMb),
    sweepEverySeconds: everySeconds(program, sweep),
    sweepWorkSeconds: sweep.timeoutSeconds - SWEEP_RESERVE_MS / 1000,
  };
}

/** The throttle of `POST /orders`: a setting of its own, or that of all methods. */
function admitted(program: Deployed, region: string): number {
  const settings = program
    .inputsOf("aws:apigateway/methodSettings:MethodSettings")
    .filter(({ resource }) => resource.region === region)
    .map(({ inputs }) => inputs as { methodPath: string; settings: Record<string, number> });
  const found = ["orders/POST", "*/*"].flatMap((path) =>
    settings.filter(({ methodPath }) => methodPath === path),
  );
  const rate = found[0]?.settings["throttlingRateLimit"];
  if (rate === undefined) throw new Error(`live: POST /orders has no throttle in ${region}`);
  return rate;
}

function pollingOf(program: Deployed, queue: string): Polling {
  const mappings = program
    .inputsOf("aws:lambda/eventSourceMapping:EventSourceMapping")
    .map(({ inputs }) => inputs as unknown as EventSourceMapping);
  const mapping = mappings.find(({ eventSourceArn }) => eventSourceArn.endsWith(`:${queue}`));
  if (mapping === undefined) throw new Error(`live: no function polls the queue ${queue}`);
  const { batchSize, scalingConfig } = mapping;
  return { queue, batchSize, concurrency: scalingConfig.maximumConcurrency };
}

interface EventSourceMapping {
  eventSourceArn: string;
  batchSize: number;
  scalingConfig: { maximumConcurrency: number };
}

/** A function's schedule has the name of the function. */
function everySeconds(program: Deployed, { name }: DeployedFunction): number {
  const rule = program
    .inputsOf("aws:cloudwatch/eventRule:EventRule")
    .find(({ inputs }) => inputs.name === name);
  const expression = String(rule?.inputs.scheduleExpression);
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(expression) ?? [];
  if (minutes === undefined) throw new Error(`live: ${name} has the schedule ${expression}`);
  return Number(minutes) * 60;
}
