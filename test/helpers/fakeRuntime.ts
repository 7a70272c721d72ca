import { Simulation } from "../../support/simulation/simulation";
import { serviceError } from "../../support/aws/errors";
import type { Control } from "../../lambda/control/control";
import type { HttpAnswer, HttpRequest, Invocation, Runtime } from "../../lambda/runtime/runtime";
import { statementName } from "./fakeDatabase";
import { environment, HOME, steadyControl } from "./fakeEnvironment";
import { FakeServices, subjectOf, type Input } from "./fakeServices";

export { HOME, STANDBY } from "./fakeEnvironment";
export { serviceError };

/** Every call takes this long. */
export const LATENCY_MS = 10;

/** One call that left a handler. */
export interface Call {
  service: string;
  region: string;
  /** Of an SDK command without its ending, of a statement the exported name. */
  command: string;
  /** What it was about: the item's key, the queue, the function, the address. */
  on: string;
  input: Input;
  atMs: number;
  signal: AbortSignal | undefined;
}

export type Pattern = Partial<Pick<Call, "service" | "region" | "command" | "on">>;
/** A call never answered; done but never answered; refused with an error; answered late. */
export type Mishap = "hangs" | "answer is lost" | Error | { lateMs: number };

export const throttled = (): Error => serviceError("ThrottlingException", "Rate exceeded");

/**
 * One life of a function's process, which may end at its n-th call: `dies`, that call is still
 * carried out and nothing is heard of it; `cut off`, it and all later ones reach nobody, though
 * time goes on.
 */
export class Life {
  calls = 0;

  constructor(
    readonly lastCall = Infinity,
    readonly end: "dies" | "cut off" = "dies",
  ) {}

  /** Whether the call that was just counted is still carried out. */
  get mayCall(): boolean {
    return this.calls < this.lastCall || (this.calls === this.lastCall && this.end === "dies");
  }

  get isOver(): boolean {
    return this.calls >= this.lastCall && this.end === "dies";
  }
}

/** Two regions in virtual time; what leaves a handler is written down and may go wrong. */
export class FakeWorld {
  readonly simulation = new Simulation();
  readonly services = new FakeServices(this.simulation);
  readonly calls: Call[] = [];
  /** What handlers wrote to standard output. */
  readonly lines: Record<string, unknown>[] = [];
  /** Answers of the internet; undefined for none. */
  website: (request: HttpRequest) => HttpAnswer | undefined = () => ({ status: 200, body: "{}" });
  /** Called before each call is carried out: what others do in that very moment. */
  beforeCall: (call: Call) => void = () => undefined;
  canaryToken: () => Promise<string> = () => Promise.resolve("a.canary's.token");
  private readonly mishaps: { pattern: Pattern; mishap: Mishap; times: number }[] = [];

  /** @param seat where tests write items from: two regions that write one at once conflict. */
  constructor(private readonly seat = HOME) {}

  get startMs(): number {
    return this.simulation.startMs;
  }

  get nowMs(): number {
    return this.simulation.nowMs;
  }

  /** Everything a handler may touch, as one process in a region has it. */
  runtime(region: string, life = new Life()): Runtime {
    const sender = (service: string, at: string) =>
      ({
        send: (command: object, options?: { abortSignal?: AbortSignal }) => {
          const { input } = command as { input: Input };
          const name = command.constructor.name.replace(/Command$/, "");
          const call = { service, region: at, command: name, on: subjectOf(input), input };
          return this.call(life, call, options?.abortSignal, () =>
            this.services.answer(service, at, name, input),
          );
        },
      }) as never;
    return {
      env: environment(region),
      clock: { nowMs: () => this.nowMs, timer: (ms, fire) => this.timer(life, ms, fire) },
      write: (line) => void this.lines.push(JSON.parse(line) as Record<string, unknown>),
      http: (request, signal) => this.ask(life, request, signal),
      verifyToken: () => Promise.reject(new Error("nothing here verifies tokens")),
      canaryToken: () => this.canaryToken(),
      sql:
        ({ endpoint }) =>
        (text, values) =>
          this.query(life, region, endpoint, text, values) as Promise<never>,
      dynamodb: sender("dynamodb", region),
      cloudwatch: sender("cloudwatch", region),
      route53: sender("route53", "us-east-1"),
      s3: sender("s3", region),
      eventbridge: (at) => sender("eventbridge", at),
      lambda: (at) => sender("lambda", at),
      rds: (at) => sender("rds", at),
      sns: (at) => sender("sns", at),
      sqs: (at) => sender("sqs", at),
    };
  }

  /** What Lambda says of an invocation that begins now. */
  invocation(timeoutSeconds: number): Invocation {
    const endMs = this.nowMs + timeoutSeconds * 1000;
    return { awsRequestId: "request", getRemainingTimeInMillis: () => endMs - this.nowMs };
  }

  /** Lets calls of a kind go wrong, all or the next few; returns how to end it. */
  mishap(pattern: Pattern, mishap: Mishap, times = Infinity): () => void {
    const entry = { pattern, mishap, times };
    this.mishaps.unshift(entry);
    return () => void (entry.times = 0);
  }

  /** Plays until the work is done, or the time is over. */
  async play<T>(work: Promise<T>, limitSeconds = 300): Promise<T> {
    let [isSettled, isOver] = [false, false];
    const stop = () => {
      isSettled = true;
      if (!isOver) this.simulation.stop();
    };
    work.then(stop, stop);
    await this.advance(limitSeconds);
    isOver = true;
    if (!isSettled) throw new Error(`the work still waits after ${limitSeconds} s`);
    return work;
  }

  /** Plays until the work is done, and says how long it took. */
  async timed<T>(work: Promise<T>): Promise<{ result: T; seconds: number }> {
    const startedMs = this.nowMs;
    const result = await this.play(work);
    return { result, seconds: (this.nowMs - startedMs) / 1000 };
  }

  advance(seconds: number): Promise<void> {
    return this.simulation.run(this.nowMs + seconds * 1000);
  }

  put(item: { pk: string } & Record<string, unknown>): void {
    this.services.ledgerAnswer(this.seat, "PutCommand", { TableName: "ledger", Item: item });
  }

  deleteItem(pk: string): void {
    this.services.ledgerAnswer(this.seat, "DeleteCommand", { TableName: "ledger", Key: { pk } });
  }

  item<Item = Record<string, unknown>>(pk: string): Item | undefined {
    const input = { TableName: "ledger", Key: { pk }, ConsistentRead: true };
    const answer = this.services.ledgerAnswer(HOME, "GetCommand", input) as { Item?: Item };
    return answer.Item;
  }

  get control(): Control | undefined {
    return this.item<Control>("control");
  }

  /** Changes the control item; at first home is active in epoch 1, everyone was told. */
  setControl(change: Partial<Control> = {}): Control {
    const control = { ...(this.control ?? steadyControl(this.nowMs)), ...change };
    this.put({ pk: "control", ...control });
    return control;
  }

  callsOf(pattern: Pattern): Call[] {
    return this.calls.filter((call) => matches(pattern, call));
  }

  /** The one call of a kind. */
  only(pattern: Pattern): Call {
    const calls = this.callsOf(pattern);
    if (calls.length !== 1) throw new Error(`${calls.length} calls of ${JSON.stringify(pattern)}`);
    return calls[0]!;
  }

  /** Calls of some services as lines: service, region, command and what it was on. */
  told(...services: string[]): string[] {
    return this.calls
      .filter((call) => services.includes(call.service))
      .map(({ service, region, command, on }) => `${service} ${region} ${command} ${on}`);
  }

  /** Values of a metric that was written as log lines. */
  metric(name: string): unknown[] {
    return this.lines.flatMap((line) => (line[name] === undefined ? [] : [line[name]]));
  }

  private timer(life: Life, delayMs: number, fire: () => void): () => void {
    return this.simulation.after(delayMs, () => {
      if (life.isOver) return;
      this.simulation.continued();
      fire();
    });
  }

  private ask(life: Life, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, url } = request;
    const call = { service: "http", region: "", command: method, on: url, input: { ...request } };
    const answer = () => this.website(request) ?? new Promise(() => undefined);
    return this.call(life, call, signal, answer) as Promise<HttpAnswer>;
  }

  private query(
    life: Life,
    region: string,
    endpoint: string,
    text: string,
    values: readonly unknown[],
  ): Promise<unknown> {
    const command = statementName(text);
    const call = { service: "sql", region, command, on: endpoint, input: { values } };
    const answer = () => this.services.databases[region]!.run(text, values);
    return this.call(life, call, undefined, answer);
  }

  /** The work is done when the call is sent; its answer comes LATENCY_MS later. */
  private call(
    life: Life,
    about: Omit<Call, "atMs" | "signal">,
    signal: AbortSignal | undefined,
    perform: () => unknown,
  ): Promise<unknown> {
    const call = { ...about, atMs: this.nowMs, signal };
    this.calls.push(call);
    life.calls++;
    this.beforeCall(call);
    const mishap = this.mishapOf(call);
    return new Promise((resolve, reject) => {
      const lateMs = typeof mishap === "object" && "lateMs" in mishap ? mishap.lateMs : 0;
      const deliver = (run: () => void) => {
        this.timer(life, LATENCY_MS + lateMs, run);
      };
      signal?.addEventListener("abort", () => reject(serviceError("AbortError", "aborted")));
      if (!life.mayCall || mishap === "hangs") return;
      if (mishap instanceof Error) return deliver(() => reject(mishap));
      void outcomeOf(perform).then((outcome) => {
        if (mishap === "answer is lost") return;
        deliver(() => ("error" in outcome ? reject(outcome.error) : resolve(outcome.value)));
      });
    });
  }

  private mishapOf(call: Call): Mishap | undefined {
    const entry = this.mishaps.find(({ pattern, times }) => times > 0 && matches(pattern, call));
    if (entry !== undefined) entry.times--;
    return entry?.mishap;
  }
}

function matches(pattern: Pattern, call: Call): boolean {
  return (Object.keys(pattern) as (keyof Pattern)[]).every((key) => pattern[key] === call[key]);
}

async function outcomeOf(perform: () => unknown): Promise<{ value: unknown } | { error: Error }> {
  try {
    return { value: await perform() };
  } catch (error) {
    return { error: error as Error };
  }
}
