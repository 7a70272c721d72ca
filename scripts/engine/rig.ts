import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { type Edit, projectDir, writeProgram } from "./program";

const STACK = "dev";
/** Of what a command says when it fails: its diagnostics are at the end. */
const LINES_OF_ERROR = 60;
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;

/** A resource that exists in the stand-in for AWS. */
export interface LiveResource {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly region: string;
  readonly arn?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What somebody changed without Pulumi. */
  readonly byHand?: Readonly<Record<string, unknown>>;
}

/** One line of the journal. */
export interface JournalEntry {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly id?: string;
  readonly region?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Fails the creation of a resource; it exists all the same if it `stays`. */
export interface Failure {
  readonly type: string;
  /** Its Pulumi name. */
  readonly name: string;
  readonly stays?: boolean;
}

/** Configuration of the stack, without the project's name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * A stack on the real engine with stand-in providers, in a temporary folder. `copy` gives a second
 * stack in the same state.
 */
export class Rig {
  private constructor(private readonly directory: string) {}

  static async create(settings: Settings = {}): Promise<Rig> {
    const rig = new Rig(mkdtempSync(path.join(tmpdir(), "engine-")));
    mkdirSync(rig.state());
    await rig.program();
    await rig.run("pulumi", "stack", "init", STACK, "--non-interactive");
    await rig.configure(settings);
    return rig;
  }

  /** Another version of the program. */
  async program(...edits: Edit[]): Promise<void> {
    await writeProgram(path.join(this.directory, "program"), edits);
  }

  copy(): Rig {
    const directory = mkdtempSync(path.join(tmpdir(), "engine-"));
    cpSync(this.directory, directory, { recursive: true, verbatimSymlinks: true });
    return new Rig(directory);
  }

  async configure(settings: Settings): Promise<void> {
    const pairs = Object.entries(settings).flatMap((pair) => ["--plaintext", pair.join("=")]);
    if (pairs.length > 0) await this.pulumi("config", "set-all", ...pairs);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Rejects with what the engine said when it failed. */
  up(...args: string[]): Promise<string> {
    return this.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs", ...args);
  }

  /** Fails where it would change anything. */
  upAgain(): Promise<string> {
    return this.up("--expect-no-changes");
  }

  destroy(...args: string[]): Promise<string> {
    return this.pulumi("destroy", "--yes", "--skip-preview", "--suppress-outputs", ...args);
  }

  pulumi(...args: string[]): Promise<string> {
    return this.run("pulumi", ...args, "--stack", STACK, "--non-interactive");
  }

  /** One of the project's scripts, for this stack. */
  script(name: string, ...args: string[]): Promise<string> {
    const file = path.join(projectDir, "scripts", `${name}.ts`);
    return this.run("node", "--import", "tsx", file, STACK, ...args);
  }

  private run(...command: string[]): Promise<string> {
    const program = path.join(this.directory, "program");
    const env = {
      ...process.env,
      RIG_STATE: this.state(),
      NODE_OPTIONS: `--require=${path.join(__dirname, "quick.cjs")}`,
      // Nobody takes up a run that was cut off: the state is written once, not after each resource.
      PULUMI_SKIP_CHECKPOINTS: "true",
      PULUMI_OPTION_SUPPRESS_PROGRESS: "true",
    };
    return new Promise((resolve, reject) => {
      execFile(
        path.join(__dirname, "run.sh"),
        [program, STACK, "exec", ...command],
        { env, maxBuffer: OUTPUT_MAX_BYTES },
        (error, stdout, stderr) => {
          const last = `${stdout}${stderr}`.split("\n").slice(-LINES_OF_ERROR).join("\n");
          if (error) reject(new Error(`${command.join(" ")}: ${last}`));
          else resolve(stdout);
        },
      );
    });
  }

  /** A failure of later creations, or with null none any more. */
  failCreation(failure: Failure | null): void {
    const fail = failure === null ? {} : { [`create:${failure.type}`]: failure };
    writeFileSync(this.state("rules.json"), JSON.stringify({ fail }));
  }

  /** What somebody changes without Pulumi, in each live resource of a type. */
  changeByHand(type: string, change: Readonly<Record<string, unknown>>): void {
    for (const [file, resource] of this.worldFiles()) {
      if (resource.type !== type) continue;
      const byHand = { ...resource.byHand, ...change };
      writeFileSync(file, JSON.stringify({ ...resource, byHand }));
    }
  }

  live(): LiveResource[] {
    return this.worldFiles().map(([, resource]) => resource);
  }

  /** What AWS keeps of resources that are gone, like `secret us-east-1 NAME`. */
  remains(): Record<string, unknown> {
    const file = this.state("remains.json");
    return existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)
      : {};
  }

  /** Deletes what AWS keeps, by the beginning of its key. */
  forget(beginning: string): void {
    const left = Object.entries(this.remains()).filter(([key]) => !key.startsWith(beginning));
    writeFileSync(this.state("remains.json"), JSON.stringify(Object.fromEntries(left)));
  }

  /** The journal, with `since` only the entries after that many. */
  journal(since = 0): JournalEntry[] {
    const lines = readFileSync(this.state("journal.jsonl"), "utf8").trim().split("\n");
    return lines.slice(since).map((line) => JSON.parse(line) as JournalEntry);
  }

  private state(file = ""): string {
    return path.join(this.directory, "state", file);
  }

  private worldFiles(): [file: string, resource: LiveResource][] {
    const world = this.state("world");
    if (!existsSync(world)) return [];
    return readdirSync(world).map((name) => {
      const file = path.join(world, name);
      return [file, JSON.parse(readFileSync(file, "utf8")) as LiveResource];
    });
  }
}
