import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { type HeldProcess, type Means, hold } from "./cpuShare";

interface SandboxSettings {
  /** File with the function's bundle. */
  bundle: string;
  environment: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  /** Share of one CPU, from the first invocation on: Lambda limits no function while it loads. */
  cpuShare: number;
  means?: Means;
}

/** What became of an invocation, the time it took and the CPU time it used. */
export type Outcome =
  | { kind: "answered"; result: unknown; ms: number; cpuMs: number }
  | { kind: "failed"; error: string; ms: number; cpuMs: number }
  /** The deadline passed, or the process ended. The sandbox is gone. */
  | { kind: "timed out" }
  | { kind: "crashed" };

const host = path.join(__dirname, "host.mjs");

/** A frozen process does not notice that this one ends. */
const children = new Set<ChildProcess>();
process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/**
 * An execution environment of a function: its bundle in a process of its own. As Lambda does, it
 * freezes the process between invocations, sockets and timers included, and ends it when an
 * invocation has not answered in time.
 */
export class Sandbox {
  private output = "";
  private constructor(
    private readonly child: ChildProcess,
    private readonly held: HeldProcess,
    private readonly settings: SandboxSettings,
  ) {
    child.once("exit", () => {
      held.release();
      children.delete(child);
    });
    // An invocation learns of it by the end of the process.
    child.on("error", () => undefined);
  }

  /** @throws Error with what the process printed if the bundle does not load. */
  static async start(settings: SandboxSettings): Promise<Sandbox> {
    const child = spawn(process.execPath, [host, settings.bundle], {
      env: { ...settings.environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    children.add(child);
    let output = "";
    const read = (text: string) => (output += text);
    child.stdout!.setEncoding("utf8").on("data", read);
    child.stderr!.setEncoding("utf8").on("data", read);
    const end = new AbortController();
    child.once("exit", () => end.abort());
    await once(child, "message", { signal: end.signal }).catch(() => {
      throw new Error(`live: ${settings.bundle} does not load: ${output}`);
    });
    const held = hold(child.pid!, settings.cpuShare, settings.means);
    const sandbox = new Sandbox(child, held, settings);
    sandbox.output = output;
    child.stdout!.off("data", read).on("data", (text: string) => (sandbox.output += text));
    child.stderr!.off("data", read).on("data", (text: string) => (sandbox.output += text));
    held.freeze();
    return sandbox;
  }

  /** Runs one invocation; a sandbox runs one at a time. */
  async invoke(event: unknown): Promise<Outcome> {
    const { child, held, settings } = this;
    if (!this.isRunning) throw new Error(`live: the sandbox of ${settings.bundle} has ended`);
    const timeoutMs = settings.timeoutSeconds * 1000;
    const end = new AbortController();
    const ended = (kind: "timed out" | "crashed") => () => end.abort({ kind });
    const timer = setTimeout(ended("timed out"), timeoutMs);
    const crashed = ended("crashed");
    child.once("exit", crashed);
    held.thaw();
    // The process may have ended without having been missed yet: its channel then refuses the message.
    child.send({ event, deadlineMs: Date.now() + timeoutMs }, (error) => {
      if (error !== null) crashed();
    });
    try {
      const [outcome] = (await once(child, "message", { signal: end.signal })) as [Outcome];
      held.freeze();
      // What it printed before it answered may be read after the answer.
      await new Promise((resolve) => setImmediate(resolve));
      return outcome;
    } catch (error) {
      if (!end.signal.aborted) throw error;
      await this.stop();
      return end.signal.reason as Outcome;
    } finally {
      clearTimeout(timer);
      child.off("exit", crashed);
    }
  }

  get isRunning(): boolean {
    const { connected, exitCode, signalCode } = this.child;
    return connected && exitCode === null && signalCode === null;
  }

  /** What the function has printed so far, by lines. */
  get lines(): string[] {
    return this.output.split("\n").filter((line) => line !== "");
  }

  /** Values of a metric in the order in which the function has reported them. */
  metric(name: string): number[] {
    const entries = this.lines
      .filter((line) => line.includes('"_aws"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return entries.flatMap((entry) => (name in entry ? [Number(entry[name])] : []));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
