import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

const root = path.join(__dirname, "..", "..");
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  name: string;
  if?: string;
  environment?: string;
  permissions: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  env?: Record<string, string>;
  "timeout-minutes": number;
  steps: Step[];
}

interface Workflow {
  file: string;
  on: unknown;
  permissions: unknown;
  jobs: Record<string, Job>;
}

const directory = ".github/workflows";
const workflows = readdirSync(path.join(root, directory)).map(
  (file) => ({ file, ...parse(textOf(`${directory}/${file}`)) }) as Workflow,
);
const jobs = workflows.flatMap(({ file, jobs }) =>
  Object.entries(jobs).map(([name, job]) => ({ ...job, name: `${file}: ${name}` })),
);
const action = parse(textOf(".github/actions/environment/action.yml")) as {
  runs: { steps: Step[] };
};
const steps = [...jobs.flatMap((job) => job.steps), ...action.runs.steps];

const runs = (job: Job) => job.steps.flatMap(({ run }) => run ?? []).join("\n");
const namesOf = (some: readonly Job[]) => some.map(({ name }) => name);
const changing = jobs.filter((job) =>
  /scripts\/(deploy|teardown|sweep\.ts destroy)/.test(runs(job)),
);
const withCloud = jobs.filter(({ permissions }) => permissions["id-token"] === "write");

describe("the workflows", () => {
  it("have these jobs with these permissions, and no other", () => {
    expect(Object.fromEntries(jobs.map(({ name, permissions }) => [name, permissions]))).toEqual({
      "checks.yml: checks": { contents: "read" },
      "nightly-sweep.yml: find": {
        contents: "read",
        "id-token": "write",
        "pull-requests": "read",
      },
      "nightly-sweep.yml: destroy": {
        contents: "read",
        "id-token": "write",
        "pull-requests": "read",
      },
      "preview.yml: preview": { contents: "read", "id-token": "write" },
      "preview.yml: comment": { contents: "read", "pull-requests": "write" },
      "production.yml: deploy": { contents: "read", "id-token": "write" },
      "pull-request.yml: up": { contents: "read", "id-token": "write" },
      "pull-request.yml: destroy": { contents: "read", "id-token": "write" },
      "pull-request.yml: comment": { contents: "read", "pull-requests": "write" },
    });
    for (const { permissions } of workflows) expect(permissions).toEqual({});
  });

  it("give no credentials to code from a fork", () => {
    for (const { on } of workflows) expect(JSON.stringify(on)).not.toContain("pull_request_target");
    const ofPullRequests = withCloud.filter(({ name }) =>
      /^(pull-request|preview)\.yml/.test(name),
    );
    expect(ofPullRequests).toHaveLength(3);
    for (const job of ofPullRequests) {
      expect(job.if).toContain("pull_request.head.repo.full_name == github.repository &&");
    }
    const withSecrets = jobs.filter((job) => JSON.stringify(job).includes("secrets."));
    const previewing = jobs.filter((job) => runs(job).includes("scripts/preview.ts"));
    expect(namesOf(withSecrets).sort()).toEqual(namesOf([...changing, ...previewing]).sort());
  });

  it("preview the long-lived stack only with an approval, and with a role of its own", () => {
    const previewing = jobs.filter((job) => runs(job).includes("scripts/preview.ts"));
    expect(namesOf(previewing)).toEqual(["preview.yml: preview"]);
    const [job] = previewing;
    expect(job?.environment).toBe("preview");
    expect(JSON.stringify(job)).toContain("vars.AWS_PREVIEW_ROLE_ARN");
    expect(JSON.stringify(job)).not.toContain("vars.AWS_DEPLOY_ROLE_ARN");
    const others = jobs.filter(({ name }) => name !== "preview.yml: preview");
    expect(JSON.stringify(others)).not.toMatch(/AWS_PREVIEW_ROLE_ARN|PREVIEW_CONFIG_PASSPHRASE/);
  });

  it("deploy production by hand, from the main branch, once somebody has approved it", () => {
    const [production] = workflows.filter(({ file }) => file === "production.yml");
    expect(production?.on).toBe("workflow_dispatch");
    const [job] = Object.values(production!.jobs);
    expect(job?.environment).toBe("production");
    expect(job?.if).toContain("github.ref == 'refs/heads/main' &&");
    const others = jobs.filter(({ name }) => name !== "production.yml: deploy");
    expect(JSON.stringify(others)).not.toMatch(/AWS_PRODUCTION_ROLE_ARN|PRODUCTION_CONFIG_/);
  });

  it("verify what they have brought up, and keep the report", () => {
    for (const job of jobs.filter((each) => runs(each).includes("scripts/deploy.ts"))) {
      const lines = job.steps.map(({ run = "", uses = "" }) => run + uses);
      const deployed = lines.findIndex((line) => line.includes("scripts/deploy.ts"));
      const verified = lines.findIndex((line) => /dr -- verify .*--junit verify\.xml/.test(line));
      const kept = lines.findIndex((line) => line.startsWith("actions/upload-artifact@"));
      expect([job.name, deployed < verified && verified < kept]).toEqual([job.name, true]);
    }
  });

  it("run one line per step, and paste nothing from outside into it", () => {
    const lines = steps.flatMap(({ run }) => run ?? []);
    expect(lines).not.toEqual([]);
    for (const line of lines) expect(line).not.toMatch(/\n.|\$\{\{/);
  });

  it("run scripts that exist", () => {
    const scripts = jobs.flatMap((job) => runs(job).match(/(scripts|\.ci)\/[\w.]+/g) ?? []);
    expect(scripts).toContain(".ci/run");
    const missing = scripts.filter((script) => !existsSync(path.join(root, script)));
    expect(missing).toEqual([]);
  });

  it("change a stack one at a time and never cancel a change that has started", () => {
    expect(namesOf(changing)).toEqual([
      "nightly-sweep.yml: destroy",
      "production.yml: deploy",
      "pull-request.yml: up",
      "pull-request.yml: destroy",
    ]);
    const groups = changing.map(({ concurrency }) => {
      expect(concurrency?.["cancel-in-progress"]).toBe(false);
      return concurrency?.group
        .replace("${{ github.event.pull_request.number }}", "42")
        .replace("${{ matrix.stack }}", "pr-42")
        .replace("${{ vars.LONG_LIVED_STACK }}", "production");
    });
    expect(new Set(groups)).toEqual(new Set(["stack-pr-42", "stack-production"]));
  });

  it("allow Aurora two hours, with credentials that last as long as the job", () => {
    for (const job of changing) expect(job["timeout-minutes"]).toBeGreaterThan(120);
    for (const job of jobs) expect(job["timeout-minutes"]).toEqual(expect.any(Number));
    for (const job of withCloud) {
      const environment = job.steps.find(({ uses }) => uses === "./.github/actions/environment");
      expect([job.name, environment?.with?.["seconds"]]).toEqual([
        job.name,
        job["timeout-minutes"] * 60,
      ]);
    }
  });

  it("use actions pinned by commit", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !uses.startsWith("./"));
    expect(used).not.toEqual([]);
    for (const uses of used) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it("check the repository out without keeping its credentials", () => {
    for (const job of jobs) {
      const [checkout] = job.steps;
      expect(checkout?.uses).toMatch(/^actions\/checkout@/);
      expect(checkout?.with?.["persist-credentials"]).toBe(false);
    }
  });

  it("destroy and comment with the scripts of the base branch", () => {
    const fromBase = jobs.filter((job) => JSON.stringify(job).includes("pull_request.base.ref"));
    expect(namesOf(fromBase)).toEqual([
      "preview.yml: comment",
      "pull-request.yml: destroy",
      "pull-request.yml: comment",
    ]);
  });
});
