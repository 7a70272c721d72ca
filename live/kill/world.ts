import { Pair } from "../database/pair";
import { Live, DATABASE, HOME, STANDBY } from "../harness/live";
import { Books } from "../harness/orders";
import { Proxy } from "../harness/proxy";
import type { Outcome, Sandbox } from "../harness/sandbox";
import { ownedDirectory, removed } from "../processes";
import { APPLICATION_USER } from "../shipped";
import { ControlPlane } from "./controlPlane";

export interface WorldOptions {
  /**
   * A fault that the comparison must find: the sweep of the standby closes orders that the database of
   * home has, whether or not they were replicated.
   */
  sweepsLookAtHome?: boolean;
}

/** Each call is answered after this time. */
const LATENCY_MS = 5;
const regions = [HOME, STANDBY] as const;
const MASTER = { username: "trading_master", password: "live" };

/** Both regions in the harness, with a database in each and what a failover calls. */
export class World {
  readonly books: Books;
  readonly plane: ControlPlane;
  /** Regions that reach nothing outside of them. */
  readonly cut = new Set<string>();
  private readonly sandboxes = new Map<string, Promise<Sandbox>>();
  /** The last invocation by sandbox: a sandbox runs one at a time. */
  private readonly last = new Map<string, Promise<unknown>>();

  private constructor(
    readonly live: Live,
    readonly pair: Pair,
    private readonly proxies: ReadonlyMap<string, { proxy: Proxy; port: number }>,
    private readonly directory: string,
    private readonly options: WorldOptions,
  ) {
    this.books = new Books(live);
    const { environment } = live.program.function("failoverOrchestrator", STANDBY);
    this.plane = new ControlPlane({
      clusters: [
        { region: HOME, arn: environment["HOME_CLUSTER_ARN"]! },
        { region: STANDBY, arn: environment["STANDBY_CLUSTER_ARN"]! },
      ],
      promote: (region) => pair.promote(region),
      invoke: (name, event) => this.invokeByName(name, event),
    });
    live.aws.intercept = this.plane.intercept;
    live.aws.latencyMs = LATENCY_MS;
  }

  /** Home's database writes and has the schema. */
  static async start(options: WorldOptions = {}): Promise<World> {
    const directory = ownedDirectory();
    let pair!: Pair;
    const live = await Live.start(async (tls) => {
      const settings = { directory, tls, regions, database: DATABASE, master: MASTER };
      pair = await Pair.start(settings, APPLICATION_USER);
      const { server } = pair.of(HOME);
      return { port: server.port, connect: () => server.connect(), stop: () => pair.stop() };
    });
    const proxies = new Map<string, { proxy: Proxy; port: number }>();
    for (const region of regions) {
      const proxy = new Proxy(live.awsPort);
      proxies.set(region, { proxy, port: await proxy.listen() });
    }
    const world = new World(live, pair, proxies, directory, options);
    await world.ask("dbMigration", HOME, { migrate: true });
    return world;
  }

  /** Home is active under an epoch, its database writes, the other one follows; no order is open. */
  async reset(epoch: number): Promise<void> {
    const { pair, books } = this;
    this.proxies.get(HOME)!.proxy.isBlackHole = false;
    this.proxies.get(HOME)!.proxy.reset();
    this.cut.clear();
    pair.cut(false);
    if (pair.writer !== HOME) {
      await pair.rebuild(HOME);
      await pair.switchOver();
    }
    this.plane.reset(HOME);
    await this.ask("dbMigration", HOME, { activate: epoch });
    books.clear();
    books.activate(HOME, epoch);
  }

  /** The functions of a region call nothing any more, and its database replicates nothing. */
  cutOff(region: string): void {
    this.cut.add(region);
    this.proxies.get(region)!.proxy.isBlackHole = true;
    this.pair.cut(true);
  }

  /** Runs an invocation after those before it. A sandbox that has ended is replaced. */
  invoke(stem: string, region: string, event: unknown, number = 0): Promise<Outcome> {
    const key = `${stem} ${region} ${number}`;
    const run = async () => (await this.running(key, stem, region)).invoke(event);
    const outcome = (this.last.get(key) ?? Promise.resolve()).then(run);
    this.last.set(
      key,
      outcome.catch(() => undefined),
    );
    return outcome;
  }

  /** The same where nothing but an answer will do. */
  async ask(stem: string, region: string, event: unknown): Promise<unknown> {
    const outcome = await this.invoke(stem, region, event);
    if (outcome.kind === "answered") return outcome.result;
    throw new Error(`live: ${stem} in ${region}: ${JSON.stringify(outcome)}`);
  }

  /** `kill -9`. */
  async kill(stem: string, region: string, number = 0): Promise<void> {
    await (await this.sandboxes.get(`${stem} ${region} ${number}`))?.stop();
  }

  async stop(): Promise<void> {
    this.proxies.forEach(({ proxy }) => proxy.stop());
    await this.live.stop();
    removed(this.directory);
  }

  private async running(key: string, stem: string, region: string): Promise<Sandbox> {
    const found = await this.sandboxes.get(key)?.catch(() => undefined);
    if (found?.isRunning) return found;
    const started = this.live.sandbox(stem, region, {
      cpuShare: 1,
      awsPort: this.proxies.get(region)!.port,
      databasePort: this.databasePort(stem, region),
    });
    this.sandboxes.set(key, started);
    return started;
  }

  private databasePort(stem: string, region: string): number {
    const isFaulty = this.options.sweepsLookAtHome === true && stem === "settlementSweep";
    return this.pair.of(isFaulty ? HOME : region).server.port;
  }

  private invokeByName(name: string, event: unknown): Promise<unknown> {
    for (const region of regions) {
      for (const stem of ["dbMigration", "settlementSweep"]) {
        if (!name.endsWith(this.live.program.function(stem, region).name)) continue;
        return this.ask(stem, region, event);
      }
    }
    throw new Error(`live: nobody invokes ${name} here`);
  }
}
