import { OptionError } from "../support/cli/options";
import { failoverAlarms, tokenKeysOf } from "./declared";
import { EmulatorEnded } from "./emulator/emulator";
import { Load } from "./load/clients";
import { type Verdict, judge } from "./load/verdict";
import { type LiveOptions, Platform } from "./platform";
import type { LogLine } from "./region/logs";
import { ARMED_AFTER_SECONDS, type Control, OWN_ISSUER, readOwnKeys, signToken } from "./shipped";
import { Timeline } from "./timeline";
import { Watch } from "./watch";

/** Faults that can be caused by hand. */
export const faults = {
  region: "the home region is cut off, its PostgreSQL ends by kill -9",
  database: "the home PostgreSQL ends by kill -9",
} as const;
export type Fault = keyof typeof faults;

const CONTROL_POLL_MS = 200;
/** Without an answer of the emulator for so long, nothing goes on any more. */
const SILENCE_MAX_MS = 30_000;
const START_TIMEOUT_MS = 120_000;
const TOKEN_SECONDS = 3_600;
/** How often authorizer and order-api are started at once, so that the first orders find them warm. */
const WARM_CALLS = 3;

/** A platform under load, with what happens to it. */
export class Session {
  readonly timeline = new Timeline();
  readonly watch: Watch;
  readonly load: Load;
  control: Control | undefined;
  /** Seconds from the last fault to the first acceptance and the first settlement after it. */
  readonly rto: { accepted?: number; settled?: number } = {};
  private readonly tokens = new Map<string, Promise<string>>();
  /** Whether a fault was caused and no failback has been started since. */
  isFailing = false;
  /** Whether a lost region is being restored, or a failback is under way. */
  isReturning = false;
  /** The epoch for which automatic failover is known to be armed. */
  private armedEpoch: number | undefined;
  /** Rejects when the emulator is gone. */
  readonly ended: Promise<never>;
  private readonly end: (reason: EmulatorEnded) => void;
  private gone: EmulatorEnded | undefined;
  private answeredMs = Date.now();
  private polling: NodeJS.Timeout | undefined;

  constructor(
    readonly platform: Platform,
    private readonly speed: number,
  ) {
    this.watch = new Watch(platform);
    this.load = new Load({
      resolve: () => platform.resolve(),
      token: (account) => this.token(account),
      onAccepted: (placed) => this.accepted(placed.sentMs, placed.acceptedIn!),
    });
    const alarms = failoverAlarms(platform.program);
    platform.notes.logged = (line) => this.logged(line);
    platform.notes.moved = (source, what) => this.timeline.add(source, what);
    platform.notes.happened = (happening) => {
      if (happening.kind === "dns") {
        const region = happening.host.split(".")[2];
        this.timeline.add("drill", `Route 53: the API's name leads to ${region}`);
      }
      if (happening.kind === "alarm" && alarms.has(happening.name)) {
        this.timeline.add("drill", `CloudWatch: ${happening.name} is in ${happening.state} state`);
      }
    };
    let end!: (reason: EmulatorEnded) => void;
    this.ended = new Promise((_, reject) => (end = reject));
    this.ended.catch((reason: EmulatorEnded) => (this.gone = reason));
    this.end = end;
    this.polling = setInterval(() => void this.poll(), CONTROL_POLL_MS);
  }

  /** Starts loops and waits until home is active. */
  async begin(): Promise<void> {
    const { platform } = this;
    const { home, standby } = platform;
    await this.warm();
    platform.evaluators.start();
    await platform.invoke("sentinel", standby, { trigger: "schedule" }, true);
    await platform.invoke("failoverOrchestrator", standby, { trigger: "tick" }, true);
    await this.until(() => this.control?.active === home, START_TIMEOUT_MS, `${home} is active`);
  }

  /** Waits until the condition holds. @throws Error when the time is over or the emulator is gone. */
  async until(isTrue: () => boolean | Promise<boolean>, timeoutMs: number, what: string) {
    const deadlineMs = Date.now() + timeoutMs;
    while (!(await isTrue())) {
      if (this.gone !== undefined) throw this.gone;
      if (Date.now() > deadlineMs)
        throw new Error(`live: not within ${timeoutMs / 1000} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits until automatic failover is armed; with `speed` it is armed earlier. */
  async armed(): Promise<void> {
    const timeoutMs = (ARMED_AFTER_SECONDS * 1000) / this.speed + START_TIMEOUT_MS;
    const isIt = async () => (await this.secondsUntilArmed()) === 0;
    await this.until(isIt, timeoutMs, "home settles orders");
    if (this.speed > 1) await this.watch.arm(ARMED_AFTER_SECONDS);
    this.armedEpoch = this.control?.epoch;
    this.timeline.add("functions", "automatic failover is armed");
  }

  /** How long home must still settle orders until automatic failover is armed. */
  async secondsUntilArmed(): Promise<number> {
    const epoch = this.control?.epoch;
    if (epoch !== undefined && epoch === this.armedEpoch) return 0;
    const needed = ARMED_AFTER_SECONDS / this.speed;
    const progress = await this.watch.progress();
    if (progress === undefined || progress.epoch !== epoch) return needed;
    return Math.max(0, needed - (progress.lastAtMs - progress.firstAtMs) / 1000);
  }

  async fail(fault: Fault): Promise<void> {
    const { platform } = this;
    this.isFailing = true;
    delete this.rto.accepted;
    delete this.rto.settled;
    this.timeline.begin("fault", `${platform.home}: ${faults[fault]}`);
    if (fault === "region") await platform.lose(platform.home);
    else await platform.pair.of(platform.home).server.kill();
  }

  /** The lost region is back. */
  restore(): Promise<void> {
    const { platform } = this;
    return this.returning(async () => {
      this.timeline.add("fault", `${platform.home} is back`);
      await platform.restore(platform.home);
    });
  }

  /** An operator returns to home. Resolves when home is active. */
  failBack(): Promise<void> {
    const { platform } = this;
    return this.returning(async () => {
      await platform.rebuilding;
      this.isFailing = false;
      this.timeline.begin("operator", `failback to ${platform.home}`);
      const command = { action: "failback" };
      await platform.invoke("failoverOrchestrator", platform.home, command, true);
      const timeoutMs = START_TIMEOUT_MS * 3;
      await this.until(() => this.control?.active === platform.home, timeoutMs, "failback");
    });
  }

  /** What clients were told, against the rows of the writer. */
  judge(): Promise<Verdict> {
    const { pair } = this.platform;
    return judge(pair.of(pair.writer).server, this.load.placed.values());
  }

  token(account: string): Promise<string> {
    let token = this.tokens.get(account);
    if (token === undefined) {
      const [key] = readOwnKeys(tokenKeysOf(this.platform.declarations));
      token = signToken(key!, OWN_ISSUER, account, TOKEN_SECONDS, Date.now());
      this.tokens.set(account, token);
    }
    return token;
  }

  async stop(): Promise<void> {
    clearInterval(this.polling);
    await this.load.stop();
    await this.platform.stop();
  }

  private async returning(work: () => Promise<void>): Promise<void> {
    this.isReturning = true;
    try {
      await work();
    } finally {
      this.isReturning = false;
    }
  }

  /** Every sandbox starts in a third of a second, so cold starts would be seen as an outage. */
  private async warm(): Promise<void> {
    const authorization = `Bearer ${await this.token("live-0")}`;
    for (const api of this.platform.program.apis) {
      const url = this.platform.urlOf(api.host);
      const paths = api.routes.some(({ path }) => path === "/orders/{orderId}")
        ? ["/health", "/orders/00000000-0000-4000-8000-000000000000"]
        : ["/health"];
      for (const path of paths) {
        const call = async () => {
          const answer = await fetch(`${url}${path}`, { headers: { authorization } });
          await answer.text();
          return answer.status;
        };
        const statuses = await Promise.all(Array.from({ length: WARM_CALLS }, call));
        if (path === "/health" && statuses.includes(404)) throw this.strange(url);
      }
    }
  }

  /** An emulator that finds no API takes the account from the access key alone, and clients have none. */
  private strange(url: string): OptionError {
    const { emulator, program } = this.platform;
    return new OptionError(
      `--emulator: got ${emulator.url}, which has no API at ${url} for requests without a signature; ` +
        `start it with MINISTACK_ACCOUNT_ID=${program.account}`,
    );
  }

  private async poll(): Promise<void> {
    let next: Control | undefined;
    try {
      next = await this.watch.control();
      this.answeredMs = Date.now();
    } catch {
      return this.missed();
    }
    const before = this.control;
    if (next === undefined || next.version === before?.version) return;
    this.control = next;
    const { epoch, active, target, how, reason } = next;
    if (active === null && target !== before?.target) {
      this.timeline.add("functions", `fence: epoch ${epoch}, target ${target}, ${how} (${reason})`);
    } else if (active !== null && active !== before?.active) {
      this.timeline.add("functions", `${active} is active, epoch ${epoch}`);
    }
  }

  /** The emulator has not answered. */
  private missed(): void {
    const { emulator } = this.platform;
    const silentMs = Date.now() - this.answeredMs;
    if (emulator.lastWords() !== undefined) this.end(new EmulatorEnded(emulator));
    else if (silentMs > SILENCE_MAX_MS) this.end(new EmulatorEnded(emulator, silentMs));
  }

  private logged(line: LogLine): void {
    if (line.source !== "order-processor" || line.message !== "settled") return;
    const isStandby = line.region === this.platform.standby;
    for (const orderId of (line["orderIds"] ?? []) as string[]) {
      this.load.settled(orderId, line.region);
    }
    const isFirst = this.isFailing && isStandby && this.rto.settled === undefined;
    if (!isFirst) return;
    this.rto.settled = this.secondsSinceFault();
    this.timeline.add("functions", `first order settled in ${line.region}`);
  }

  private accepted(sentMs: number, region: string): void {
    const { timeline, rto } = this;
    if (!this.isFailing || rto.accepted !== undefined || sentMs < timeline.beganMs!) return;
    rto.accepted = this.secondsSinceFault();
    timeline.add("clients", `first order since then accepted, in ${region}`);
  }

  private secondsSinceFault(): number {
    return (Date.now() - this.timeline.beganMs!) / 1000;
  }
}

/** Starts both regions and returns when home is active; the load is started by the caller. */
export async function startLive(options: LiveOptions = {}): Promise<Session> {
  const platform = await Platform.start(options);
  const session = new Session(platform, options.speed ?? 1);
  try {
    options.onStep?.("waiting until the functions have activated home");
    await Promise.race([session.begin(), session.ended]);
    return session;
  } catch (error) {
    await session.stop();
    throw error;
  }
}
