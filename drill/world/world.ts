import type { HttpAnswer, HttpRequest } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import type { ProgramDescription } from "../description/program";
import { Random, uuid } from "../../support/simulation/random";
import { Simulation } from "../../support/simulation/simulation";
import type { Handlers } from "../handlers";
import type { Weaving } from "../mutation";
import { ApiGateways } from "./apiGateway";
import { Aurora } from "./aurora";
import { Base } from "./base";
import type { Environment } from "./environment";
import type { Asked } from "./happenings";
import { Cloudwatch, type LogEntry } from "./cloudwatch";
import { Dynamodb, type TableContents } from "./dynamodb";
import { KeySources } from "./keySources";
import { Lambda } from "./lambda";
import { Network } from "./network";
import { Rds } from "./rds";
import { type ChecksKnown, Route53 } from "./route53";
import { createRuntime } from "./runtime";
import { S3 } from "./s3";
import { Schedules } from "./schedules";
import { Calls } from "./calls";
import { Permissions } from "./permissions";
import { Sns } from "./sns";
import { Sqs } from "./sqs";
import { Synthetics } from "./synthetics";
import { VendedMetrics } from "./vendedMetrics";
import type { VolumeState } from "./volume";

export interface WorldOptions {
  seed: string;
  program: ProgramDescription;
  handlers: Handlers;
  /** Changes what a function receives, for a mutation. */
  weave?: Weaving | undefined;
  isTraceKept?: boolean;
  /** Also plays the Synthetics canaries, which only observe. */
  playsCanaries?: boolean | undefined;
  /** The stored state to begin with. Without it, the world begins with the deployment. */
  beginning?: Beginning | undefined;
}

/** The stored state at some moment. Every function starts cold from it. */
export interface Beginning {
  atMs: number;
  tables: TableContents;
  database: VolumeState;
  /** The region of the writer's volume. The other regions' volumes follow it. */
  writerRegion: string;
  checks: ChecksKnown;
}

/**
 * Two regions in virtual time. A new world is built for each outage, from one shared description.
 */
export class World {
  readonly base: Base;
  readonly permissions: Permissions;
  readonly calls: Calls;
  readonly lambda: Lambda;
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly cloudwatch: Cloudwatch;
  readonly dynamodb: Dynamodb;
  readonly aurora: Aurora;
  readonly rds: Rds;
  readonly apis: ApiGateways;
  readonly keys: KeySources;
  readonly route53: Route53;
  readonly s3 = new S3();
  readonly schedules: Schedules;
  /** Undefined if canaries are not played. */
  readonly synthetics: Synthetics | undefined;

  constructor(options: WorldOptions) {
    const { seed, program, isTraceKept, beginning, playsCanaries = false } = options;
    const simulation = new Simulation(isTraceKept, beginning?.atMs);
    const base = new Base(simulation, new Random(seed), program, new Network());
    const [global] = program.globalDatabases;
    if (global === undefined) throw new Error("the program declares no global database");
    const permissions = new Permissions(base);
    this.base = base;
    this.permissions = permissions;
    this.calls = new Calls(base, permissions);
    this.lambda = new Lambda(base);
    this.sqs = new Sqs(base, this.lambda);
    this.sns = new Sns(base, this.lambda);
    this.cloudwatch = new Cloudwatch(base, this.lambda, this.sns);
    this.dynamodb = new Dynamodb(base, beginning?.tables);
    this.aurora = new Aurora(base, permissions, global, beginning);
    this.rds = new Rds(base, this.aurora);
    this.apis = new ApiGateways(base, this.lambda);
    this.keys = new KeySources(base);
    this.route53 = new Route53(base, this.apis, beginning?.checks);
    this.schedules = new Schedules(base, this.lambda);
    new VendedMetrics(this);
    this.lambda.createHandler = (environment) => {
      const { stem } = environment.description;
      const create = options.handlers[stem];
      if (create === undefined) throw new Error(`no handler ${stem}: add it to drill/handlers.ts`);
      const runtime = createRuntime(this, environment);
      const woven = options.weave?.(runtime, environment.description) ?? runtime;
      environment.handler = create({ ...woven, newId: () => uuid(base.random.stream("newId")) });
    };
    this.synthetics = playsCanaries
      ? new Synthetics(base, permissions, this.lambda, this.cloudwatch, this.s3)
      : undefined;
  }

  get services() {
    const { cloudwatch, dynamodb, lambda, rds, route53, s3, schedules, sns, sqs } = this;
    return { cloudwatch, dynamodb, lambda, rds, route53, s3, schedules, sns, sqs };
  }

  /** Runs the deployment's own invocations before anything else. */
  deploy(): void {
    for (const { functionReference, region, input } of this.base.program.deploymentInvocations) {
      const found = this.lambda.find(functionReference, region);
      if (found === undefined) throw new Error(`no function ${functionReference} in ${region}`);
      this.lambda.invokeAsync(found.arn, JSON.parse(input));
    }
  }

  /** The current stored state, from which other worlds may begin. */
  snapshot(): Beginning {
    const { cluster, volume } = this.aurora.writer;
    return {
      atMs: this.base.nowMs,
      tables: this.dynamodb.contents(),
      database: volume.state.copy(),
      writerRegion: cluster.region,
      checks: this.route53.known(),
    };
  }

  lose(region: string): void {
    this.base.happened({ kind: "region lost", region });
    this.base.network.lose(region);
  }

  restore(region: string): void {
    this.base.happened({ kind: "region back", region });
    this.base.network.restore(region);
  }

  written({ name, region }: FunctionDescription, line: string): void {
    const { trace } = this.base.simulation;
    if (trace.isKept) trace.line(`${region} ${name}`, line);
    // Only lines in CloudWatch's embedded metric format contain metrics.
    if (!line.includes('"_aws"')) return;
    const entry = JSON.parse(line) as LogEntry;
    if (entry._aws !== undefined) this.cloudwatch.logged(region, entry, entry._aws);
  }

  /** Records an HTTP request from a function. Its status is set when an answer arrives. */
  asked(by: Environment, { url, method }: HttpRequest): Asked {
    const from = by.description.region;
    const asked: Asked = { atMs: this.base.nowMs, from, url, method, status: undefined };
    this.base.happened({ kind: "asked", asked, by });
    return asked;
  }

  /** Records an HTTP answer. From here on, an acknowledged order must not be lost. */
  answered(by: "client" | "function", request: HttpRequest, { status, body }: HttpAnswer): void {
    if (status !== 202 || request.method !== "POST" || request.body === undefined) return;
    const { orderId } = JSON.parse(body) as { orderId: string };
    this.base.happened({ kind: "told", by, orderId, body: request.body });
  }
}
