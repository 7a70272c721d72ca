import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { CapturedProgram } from "../support/capture/capture";
import { captureInChild } from "../support/capture/captureInChild";
import { ACCOUNT_ID } from "../support/capture/computed";
import { Pair } from "./database/pair";
import { type Happening, type ProgramDescription, describeProgram } from "./drill";
import { type Clients, clientsOf } from "./emulator/clients";
import { createAll } from "./emulator/create/all";
import { type Emulator, EmulatorEnded, prepareEmulator } from "./emulator/emulator";
import { databaseOf } from "./declared";
import { type Declared, Declarations } from "./emulator/program";
import { Evaluators } from "./evaluators/evaluators";
import { makeCertificate } from "./harness/certificate";
import { ownedDirectory, removed } from "./processes";
import { answered } from "./region/answers";
import { type Addresses, apiUrl, environmentOf, onThisMachine } from "./region/environment";
import { fetchHere } from "./region/fetchHere";
import { type LogLine, Logs } from "./region/logs";
import { metricsIn } from "./region/metrics";
import { Moves } from "./region/moves";
import { RegionProxy } from "./region/proxy";
import { APPLICATION_USER } from "./shipped";

export interface LiveOptions {
  /** Shortens intervals; 1 keeps the real ones. */
  speed?: number;
  /** An emulator that runs already, instead of one of its own. */
  emulator?: string | undefined;
  seed?: string;
  /** The steps of the start, as they begin. */
  onStep?: (step: string) => void;
}

export interface Notes {
  happened: (happening: Happening) => void;
  moved: (source: "drill" | "PostgreSQL", what: string) => void;
  logged: (line: LogLine) => void;
}

/** Both regions on this machine: real PostgreSQL, an emulator of AWS, and the shipped functions. */
export class Platform {
  readonly home: string;
  readonly standby: string;
  /** Regions that are cut off. */
  readonly cut = new Set<string>();
  /** Who is told what happens; may be replaced. */
  readonly notes: Notes = { happened: () => {}, moved: () => {}, logged: () => {} };
  readonly proxies = new Map<string, RegionProxy>();
  evaluators!: Evaluators;
  moves!: Moves;
  /** The old writer becomes a copy of the new one. */
  rebuilding: Promise<void> | undefined;
  private readonly addresses = new Map<string, string>();
  private readonly byRegion = new Map<string, Clients>();
  private functionAddresses!: Addresses;
  private resolved: { host: string; untilMs: number } | undefined;

  private constructor(
    readonly declarations: Declarations,
    readonly program: ProgramDescription,
    readonly emulator: Emulator,
    readonly pair: Pair,
    readonly logs: Logs,
    private readonly directory: string,
    private readonly certificate: string,
    private readonly speed: number,
  ) {
    this.home = program.homeRegion;
    this.standby = program.standbyRegion;
  }

  /** Starts everything. @throws NoPython, or OptionError for a wrong emulator */
  static async start(options: LiveOptions = {}): Promise<Platform> {
    const { onStep = () => {} } = options;
    // A wrong address and a missing Python are reported before anything takes its time.
    const start = await prepareEmulator(options.emulator, ACCOUNT_ID, onStep);
    onStep("capturing the program and bundling its functions");
    const captured = JSON.parse(await captureInChild({ bundle: true })) as CapturedProgram;
    const program = describeProgram(captured.resources);
    const directory = ownedDirectory();
    const undo: (() => unknown)[] = [() => removed(directory)];
    let emulator: Emulator | undefined;
    try {
      onStep(`starting ${options.emulator ? "" : "the emulator and "}PostgreSQL in both regions`);
      const own = (emulator = await start(directory));
      undo.unshift(() => own.stop());
      const declarations = new Declarations(captured);
      const tls = makeCertificate(directory);
      const pair = await Pair.start(
        {
          directory,
          tls,
          regions: [program.homeRegion, program.standbyRegion],
          ...databaseOf(declarations),
        },
        APPLICATION_USER,
      );
      undo.unshift(() => pair.stop());
      const logs = await Logs.listen();
      undo.unshift(() => logs.stop());
      const { certificate } = tls;
      const platform = new Platform(
        declarations,
        program,
        own,
        pair,
        logs,
        directory,
        certificate,
        options.speed ?? 1,
      );
      undo.unshift(() => platform.stopOwn());
      await platform.bringUp(options, onStep);
      return platform;
    } catch (error) {
      const hasEnded = emulator?.lastWords() !== undefined;
      const reason = hasEnded ? new EmulatorEnded(emulator!) : error;
      for (const each of undo) await each();
      throw reason;
    }
  }

  clients(region: string): Clients {
    let clients = this.byRegion.get(region);
    if (clients === undefined) {
      clients = clientsOf(this.emulator.url, region, this.program.account);
      this.byRegion.set(region, clients);
    }
    return clients;
  }

  /** Where this machine serves an API, by the host name that it has on AWS. */
  urlOf(host: string, stage = "v1"): string {
    const [api = "", , region = ""] = host.split(".");
    return apiUrl(this.addresses.get(region) ?? "", api, stage);
  }

  /** Where clients find the API now. Resolvers keep an answer for as long as its TTL. */
  resolve(): { url: string; region: string } {
    const nowMs = Date.now();
    if (this.resolved === undefined || this.resolved.untilMs < nowMs) {
      const { host, ttlMs } = this.evaluators.route53.resolve(this.program.records[0]!.name);
      this.resolved = { host, untilMs: nowMs + ttlMs / this.speed };
    }
    const { host } = this.resolved;
    return { url: this.urlOf(host), region: host.split(".")[2]! };
  }

  /** The region that the API's name leads to, for who has no answer yet. */
  dnsRegion(): string {
    return this.evaluators.route53.resolve(this.program.records[0]!.name).host.split(".")[2]!;
  }

  /** A function's variables here. */
  environmentOf(declared: Declared): Record<string, string> {
    return environmentOf(declared, this.functionAddresses);
  }

  /** The stack's outputs, as `npm run dr` reads them. */
  outputs(): unknown {
    return onThisMachine(this.declarations.program.outputs, this.functionAddresses);
  }

  /** Invokes a function past its region's proxy. @throws Error with what the function answered. */
  async invoke(stem: string, region: string, event: unknown, isAsync = false): Promise<unknown> {
    const found = [...this.program.functions.values()].find(
      (each) => each.stem === stem && each.region === region,
    );
    if (found === undefined) throw new Error(`live: the program has no ${stem} in ${region}`);
    const answer = await this.clients(region).lambda.send(
      new InvokeCommand({
        FunctionName: found.name,
        InvocationType: isAsync ? "Event" : "RequestResponse",
        Payload: Buffer.from(JSON.stringify(event)),
      }),
    );
    const text = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError !== undefined) throw new Error(`live: ${found.name}: ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  }

  /** Takes a region away: its calls and those to it are never answered, PostgreSQL ends by `kill -9`. */
  async lose(region: string): Promise<void> {
    this.cut.add(region);
    this.evaluators.network.lose(region);
    this.pair.cut(true);
    await this.pair.of(region).server.kill();
  }

  /** The region is back. Its database becomes a copy of the writer's, unless it is still the writer. */
  async restore(region: string): Promise<void> {
    const { pair } = this;
    pair.cut(false);
    if (pair.writer !== region) await this.rebuild(region);
    else if (!pair.of(region).server.isRunning) await pair.of(region).server.start();
    this.cut.delete(region);
    this.evaluators.network.restore(region);
    this.proxies.forEach((proxy) => proxy.reset());
  }

  async stop(): Promise<void> {
    await this.stopOwn();
    await this.rebuilding?.catch(() => undefined);
    await this.emulator.stop();
    await this.pair.stop();
    this.logs.stop();
    removed(this.directory);
  }

  private async stopOwn(): Promise<void> {
    this.moves?.stop();
    this.proxies.forEach((proxy) => proxy.stop());
    await this.evaluators?.stop();
  }

  private async bringUp(options: LiveOptions, onStep: (step: string) => void): Promise<void> {
    const { declarations, pair } = this;
    this.evaluators = this.makeEvaluators(options);
    this.moves = this.makeMoves();
    for (const region of [this.home, this.standby]) {
      const proxy = this.makeProxy(region);
      this.proxies.set(region, proxy);
      this.addresses.set(region, await proxy.listen());
    }
    this.logs.onLine((line) => {
      this.notes.logged(line);
      this.evaluators.logged(line.region, line);
    });
    const renamed = new Map<string, string>();
    const stage = { declarations, clients: (region: string) => this.clients(region), renamed };
    this.functionAddresses = {
      proxy: (region: string) => this.addresses.get(region)!,
      databasePort: (region: string) => pair.of(region).server.port,
      certificate: this.certificate,
      logPort: this.logs.port,
      account: this.program.account,
      compileCache: `${this.directory}/compiled`,
      renamed,
    };
    await createAll(
      stage,
      this.functionAddresses.databasePort,
      (declared) => this.environmentOf(declared),
      onStep,
    );
  }

  private makeEvaluators({ seed = "live" }: LiveOptions): Evaluators {
    return new Evaluators({
      program: this.program,
      seed,
      speed: this.speed,
      clients: (region) => this.clients(region),
      fetch: (request) => fetchHere(request, (host, stage) => this.urlOf(host, stage)),
      onHappening: (happening) => this.notes.happened(happening),
    });
  }

  private makeMoves(): Moves {
    const clusters = this.program.globalDatabases.flatMap((global) => global.clusters);
    return new Moves({
      regions: new Map(clusters.map(({ arn, region }) => [arn, region])),
      secondsOf: (kind) => this.evaluators.moveSeconds(kind),
      finish: async ({ kind, from, to }) => {
        const startedMs = Date.now();
        await (kind === "switchover" ? this.pair.switchOver() : this.pair.promote(to));
        const seconds = (Date.now() - startedMs) / 1000;
        this.notes.moved("PostgreSQL", `${to} promoted in ${seconds.toFixed(1)} s`);
        // As Aurora does, once the old writer's region can be reached. The failover does not wait for it.
        if (kind === "switchover" || this.cut.has(from)) return;
        this.rebuild(from).catch((error) => this.notes.moved("PostgreSQL", String(error)));
      },
      onChange: (what) => this.notes.moved("drill", what),
    });
  }

  private rebuild(region: string): Promise<void> {
    const { pair } = this;
    this.rebuilding = pair
      .rebuild(region)
      .then(() => this.notes.moved("PostgreSQL", `${region} follows ${pair.writer}`));
    return this.rebuilding.finally(() => (this.rebuilding = undefined));
  }

  private makeProxy(region: string): RegionProxy {
    return new RegionProxy(
      region,
      this.emulator.url,
      (each) => this.cut.has(each),
      (passing, forward) => {
        const metrics = metricsIn(passing);
        if (metrics !== undefined) this.evaluators.published(passing.to, metrics);
        return answered(passing, forward, this.moves, [this.home, this.standby]);
      },
    );
  }
}
