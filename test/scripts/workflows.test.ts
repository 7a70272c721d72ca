import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..");
const dir = path.join(root, ".github", "workflows");
const files = readdirSync(dir);
const textOf = (file: string) => readFileSync(path.join(dir, file), "utf8");
const ACTION = readFileSync(path.join(root, ".github/actions/environment/action.yml"), "utf8");

interface Job {
  file: string;
  name: string;
  text: string;
}

/** Jobs of a workflow, by their indentation. */
function jobsOf(file: string): Job[] {
  const [, jobs = ""] = textOf(file).split(/^jobs:$/m);
  return jobs
    .split(/^ {2}(?=[\w-]+:$)/m)
    .slice(1)
    .map((text) => ({ file, name: text.slice(0, text.indexOf(":")), text }));
}

const jobs = files.flatMap(jobsOf);
const label = ({ file, name }: Job) => `${file}: ${name}`;
const changing = jobs.filter(({ text }) =>
  /scripts\/(deploy|teardown|sweep\.ts destroy)/.test(text),
);
const withCloud = jobs.filter(({ text }) => text.includes("id-token: write"));

/** Permissions of a job, as `name: right`. */
function permissionsOf({ text }: Job): string[] {
  const [, block = ""] = /^ {4}permissions:\n((?: {6}.*\n)+)/m.exec(text) ?? [];
  return block.split("\n").flatMap((line) => line.trim() || []);
}

describe("the workflows", () => {
  it("are these jobs, with these rights and no other", () => {
    expect(jobs.map((job) => [label(job), ...permissionsOf(job)])).toEqual([
      ["checks.yml: checks", "contents: read"],
      ["nightly-sweep.yml: find", "contents: read", "id-token: write", "pull-requests: read"],
      ["nightly-sweep.yml: destroy", "contents: read", "id-token: write", "pull-requests: read"],
      ["pull-request.yml: up", "contents: read", "id-token: write"],
      ["pull-request.yml: destroy", "contents: read", "id-token: write"],
      ["pull-request.yml: comment", "contents: read", "pull-requests: write"],
    ]);
    for (const file of files) expect(textOf(file)).toMatch(/^permissions: \{\}$/m);
  });

  it("hand no credentials to what a stranger wrote", () => {
    for (const file of files) expect(textOf(file)).not.toMatch(/^ +pull_request_target/m);
    for (const { file, text } of withCloud.filter(({ file }) => file === "pull-request.yml")) {
      expect([file, text]).toEqual([
        file,
        expect.stringContaining("pull_request.head.repo.full_name == github.repository &&"),
      ]);
    }
    const secretsIn = jobs.filter(({ text }) => text.includes("secrets.")).map(label);
    expect(secretsIn).toEqual(changing.map(label));
  });

  it("run one line each, into which nothing from outside is pasted", () => {
    const runs = [...files.map(textOf), ACTION].flatMap((text) => text.match(/run: .*/g) ?? []);
    expect(runs.length).toBeGreaterThan(10);
    for (const run of runs) expect(run).not.toMatch(/run: *[|>]|\$\{\{/);
  });

  it("run scripts that exist", () => {
    const scripts = files.flatMap((file) => textOf(file).match(/scripts\/\w+\.\w+/g) ?? []);
    expect(new Set(scripts).size).toBe(5);
    for (const script of scripts)
      expect([script, existsSync(path.join(root, script))]).toEqual([script, true]);
  });

  it("change a stack one at a time and cut nothing off, whichever workflow it is", () => {
    expect(changing.map(label)).toEqual([
      "nightly-sweep.yml: destroy",
      "pull-request.yml: up",
      "pull-request.yml: destroy",
    ]);
    const groups = changing.map(({ text }) => {
      expect(text).toContain("cancel-in-progress: false");
      const [, group = ""] = /group: (.*)/.exec(text) ?? [];
      return group
        .replace("${{ github.event.pull_request.number }}", "42")
        .replace("${{ matrix.stack }}", "pr-42");
    });
    expect(new Set(groups)).toEqual(new Set(["stack-pr-42"]));
  });

  it("wait for Aurora, with credentials that last as long as the job", () => {
    for (const job of jobs) {
      const [, minutes] = /timeout-minutes: (\d+)/.exec(job.text) ?? [];
      expect([label(job), Number(minutes)]).toEqual([label(job), expect.any(Number)]);
      if (withCloud.includes(job)) {
        expect(job.text).toContain(`seconds: ${Number(minutes) * 60}\n`);
      }
      if (changing.includes(job)) expect(Number(minutes)).toBeGreaterThan(120);
    }
  });

  it("use actions of a known version, and take the tools' versions from the project", () => {
    const used = [...files.map(textOf), ACTION].flatMap((text) => text.match(/uses: .*/g) ?? []);
    expect([...new Set(used)].sort()).toEqual([
      "uses: ./.github/actions/environment",
      "uses: actions/checkout@v6",
      "uses: actions/setup-node@v6",
      "uses: aws-actions/configure-aws-credentials@v6",
      "uses: pulumi/actions@v6",
    ]);
    const checkouts = jobs.filter(({ text }) => text.includes("persist-credentials: false"));
    expect(checkouts).toEqual(jobs);
  });

  it("destroy and comment with the scripts of the base branch", () => {
    const fromBase = jobs.filter(({ text }) => text.includes("pull_request.base.ref"));
    expect(fromBase.map(label)).toEqual(["pull-request.yml: destroy", "pull-request.yml: comment"]);
  });

  const NOWHERE = "/nowhere/run.sh";
  it.each([
    ["lintWorkflows.sh", "workflows: skipped, because there is no Go to build actionlint with\n"],
    ["engine.sh", `engine: skipped, because there is no ${NOWHERE} and no Go\n`],
    [
      "engineTeardown.sh",
      `engine: teardown after a failover skipped, because there is no ${NOWHERE} and no Go\n`,
    ],
  ])("are not held up where Go and the engine are missing: %s says so", (script, said) => {
    const programs = mkdtempSync(path.join(tmpdir(), "programs-"));
    try {
      for (const program of ["bash", "dirname"]) {
        const found = spawnSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
        symlinkSync(found.stdout.trim(), path.join(programs, program));
      }
      const done = spawnSync(path.join(programs, "bash"), [path.join(root, "scripts", script)], {
        encoding: "utf8",
        env: { PATH: programs, ENGINE: NOWHERE },
      });
      expect(done).toMatchObject({ status: 0, stdout: said });
    } finally {
      rmSync(programs, { recursive: true });
    }
  });
});
