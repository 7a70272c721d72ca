import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import type { Platform } from "../platform";
import { ownedDirectory, removed } from "../processes";

const root = path.join(__dirname, "../..");

export interface DrEnded {
  exitCode: number | null;
  out: string;
  error: string;
}

interface Outputs {
  operations: { regions: { standby: { apiUrl: string } } };
}

/** An operator at a computer in the standby's region, with the stack's outputs in a file. */
export class Dr {
  /** Every command line, without what a test adds to it. */
  readonly lines: string[] = [];
  /** Everything that was printed, except by `token`. */
  printed = "";
  private readonly directory = ownedDirectory();
  private readonly outputs = path.join(this.directory, "outputs.json");
  private readonly env: Record<string, string | undefined>;

  constructor(platform: Platform) {
    const outputs = platform.outputs() as Outputs;
    writeFileSync(this.outputs, JSON.stringify(outputs));
    // The API and AWS itself are behind the same proxy.
    const { origin } = new URL(outputs.operations.regions.standby.apiUrl);
    this.env = {
      PATH: process.env["PATH"],
      HOME: this.directory,
      AWS_ENDPOINT_URL: origin,
      AWS_ACCESS_KEY_ID: platform.program.account,
      AWS_SECRET_ACCESS_KEY: "live",
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }

  /** Runs `npm run dr -- LINE`, in a process of its own. */
  run(line: string, ...added: readonly string[]): Promise<DrEnded> {
    return this.spawn(this.env, line, added);
  }

  /** The same for somebody who has not signed in. */
  runSignedOut(line: string): Promise<DrEnded> {
    return this.spawn({ ...this.env, AWS_ACCESS_KEY_ID: undefined }, line, []);
  }

  stop(): void {
    removed(this.directory);
  }

  private async spawn(
    env: NodeJS.ProcessEnv,
    line: string,
    added: readonly string[],
  ): Promise<DrEnded> {
    const args = [...line.split(" "), "--outputs", this.outputs, ...added];
    const child = spawn(process.execPath, ["--import", "tsx", "scripts/dr/main.ts", ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    const [out, error, exitCode] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ]);
    this.lines.push(line);
    if (!line.startsWith("token")) this.printed += out + error;
    return { exitCode, out, error };
  }
}
