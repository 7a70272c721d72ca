import { destroyStale, openPullRequests, staleStacks } from "../../scripts/sweep";
import { keptAfterDestroy, teardown, type TeardownPorts } from "../../scripts/teardown";
import { FakeCli, runScript } from "./fakes";

const LS = "pulumi stack ls --json";
const OUTPUT = "pulumi stack output --json --stack pr-42";
const EXPORT = "pulumi stack export --stack pr-42";
const DESTROY = "pulumi destroy --yes --skip-preview --non-interactive --stack pr-42";
const CANCEL = "pulumi cancel --yes --non-interactive --stack pr-42";
const RM = "pulumi stack rm --yes --non-interactive --stack pr-42";
const PULLS = "gh api --paginate repos/o/r/pulls?state=open&per_page=100 --jq .[].number";
const stacks = JSON.stringify([{ name: "organization/trading-platform/pr-42" }, { name: "dev" }]);
const cluster = (region: string) => `arn:aws:rds:${region}:1:cluster:c-${region}`;
const state = JSON.stringify({
  deployment: {
    resources: [
      { type: "aws:rds/globalCluster:GlobalCluster", id: "g" },
      { type: "aws:rds/cluster:Cluster", outputs: { arn: cluster("us-east-1") } },
      { type: "aws:rds/cluster:Cluster", outputs: { arn: cluster("us-east-2") } },
    ],
  },
});

/** Everything writes down what it does into the one list of `cli`. */
function ports(cli: FakeCli, writer = "us-east-1"): TeardownPorts {
  let members = ["us-east-1", "us-east-2"];
  const send = (region: string) => (command: { constructor: { name: string } }) => {
    cli.ran.push(`${region} ${command.constructor.name}`);
    if (command.constructor.name === "InvokeCommand") throw new Error("no answer");
    if (command.constructor.name === "RemoveFromGlobalClusterCommand") members = [writer];
    const GlobalClusterMembers = members.map((one) => ({
      DBClusterArn: cluster(one),
      IsWriter: one === writer,
    }));
    return Promise.resolve({
      GlobalClusters: [{ GlobalClusterMembers }],
      DBClusters: [{ Status: "available" }],
    });
  };
  return {
    cli,
    lambda: (region) => ({ send: (c: never) => Promise.resolve(c).then(send(region)) }) as never,
    rds: (region) => ({ send: send(region) }) as never,
    nowMs: () => 0,
    clock: {
      nowMs: () => 0,
      timer: (_delayMs, fire) => {
        setImmediate(fire);
        return () => undefined;
      },
    },
    say: () => undefined,
  };
}

const REMOVE = "us-east-1 RemoveFromGlobalClusterCommand";
const LOOK = "us-east-1 DescribeGlobalClustersCommand";

describe("teardown", () => {
  const answers = { [LS]: stacks, [OUTPUT]: "{}", [EXPORT]: state };

  it("destroys with the state refreshed, then removes the stack", async () => {
    const cli = new FakeCli(answers);
    await teardown(ports(cli), "pr-42");
    expect(cli.ran).toEqual([LS, EXPORT, OUTPUT, LOOK, `${DESTROY} --refresh`, RM]);
  });

  it("says which snapshots, keys and records stay, once the stack is removed", async () => {
    const resources = [
      { type: "aws:kms/key:Key", id: "key-1", retainOnDelete: true },
      { type: "aws:kms/key:Key", id: "key-2" },
      {
        type: "aws:rds/cluster:Cluster",
        id: "c",
        outputs: { skipFinalSnapshot: false, finalSnapshotIdentifier: "c-final" },
      },
      { type: "aws:rds/cluster:Cluster", id: "d", outputs: { skipFinalSnapshot: true } },
    ];
    const kept = { deployment: { resources } };
    expect(keptAfterDestroy(kept)).toEqual(["Key key-1", "snapshot c-final"]);
    const cli = new FakeCli({ ...answers, [EXPORT]: JSON.stringify(kept) });
    const say = (line: string) => void cli.ran.push(line);
    await teardown({ ...ports(cli), say }, "pr-42");
    expect(cli.ran.slice(-3)).toEqual([RM, "kept: Key key-1", "kept: snapshot c-final"]);
  });

  it("drains before it destroys where the standby writes", async () => {
    const cli = new FakeCli(answers);
    await teardown(ports(cli, "us-east-2"), "pr-42");
    const steps = cli.ran.filter((line) => [REMOVE, `${DESTROY} --refresh`, RM].includes(line));
    expect(steps).toEqual([REMOVE, `${DESTROY} --refresh`, RM]);
  });

  it("tries a second time, looking at the database again, without refreshing", async () => {
    const cli = new FakeCli({ ...answers, [`${DESTROY} --refresh`]: new Error("in use") });
    await teardown(ports(cli), "pr-42");
    expect(cli.ran.slice(4)).toEqual([`${DESTROY} --refresh`, EXPORT, LOOK, DESTROY, RM]);
  });

  it("keeps the stack where the second attempt fails as well", async () => {
    const cli = new FakeCli({ ...answers, [DESTROY]: new Error("in use") });
    await expect(teardown(ports(cli), "pr-42")).rejects.toThrow("in use");
    expect(cli.ran).not.toContain(RM);
  });

  it("destroys nothing where it could not drain", async () => {
    const cli = new FakeCli(answers);
    const rds = () => ({ send: () => Promise.reject(new Error("AccessDenied")) }) as never;
    await expect(teardown({ ...ports(cli), rds }, "pr-42")).rejects.toThrow("AccessDenied");
    expect(cli.ran).toEqual([LS, EXPORT, OUTPUT]);
  });

  it("is not held up by an orchestrator that does not answer", async () => {
    const failoverFunctionArn = "arn:aws:lambda:us-east-2:1:function:f";
    const cli = new FakeCli({ ...answers, [OUTPUT]: JSON.stringify({ failoverFunctionArn }) });
    await teardown(ports(cli), "pr-42");
    expect(cli.ran.slice(3, 4)).toEqual(["us-east-2 InvokeCommand"]);
    expect(cli.ran.at(-1)).toBe(RM);
  });

  it("destroys nothing of a protected stack and says how to unprotect it", async () => {
    const protectedState = {
      deployment: {
        resources: [{ urn: "urn:ledger", type: "aws:dynamodb/table:Table", protect: true }],
      },
    };
    const cli = new FakeCli({ ...answers, [EXPORT]: JSON.stringify(protectedState) });
    await expect(teardown(ports(cli), "pr-42")).rejects.toThrow(
      /1 protected resources \(urn:ledger\); nothing was destroyed.*retention ephemeral --stack pr-42.*pulumi state unprotect --all --stack pr-42/,
    );
    expect(cli.ran).toEqual([LS, EXPORT]);
  });

  it("has nothing to do where there is no such stack", async () => {
    const cli = new FakeCli(answers);
    await teardown(ports(cli), "pr-4");
    expect(cli.ran).toEqual([LS]);
  });
});

describe("the nightly sweep", () => {
  it("takes stacks of pull requests that are not open, and no other", () => {
    const names = ["pr-1", "pr-2", "pr-10", "pr-02", "pr-x", "pr-", "PR-3", "dev", "prod", "xpr-5"];
    expect(staleStacks(names, [1, 3])).toEqual(["pr-2", "pr-10"]);
    expect(staleStacks(names, [1, 2, 10])).toEqual([]);
  });

  it("knows the open pull requests, or fails", () => {
    expect(openPullRequests(new FakeCli({ [PULLS]: "7\n100\n" }), "o/r")).toEqual([7, 100]);
    expect(openPullRequests(new FakeCli({ [PULLS]: "" }), "o/r")).toEqual([]);
    const garbled = new FakeCli({ [PULLS]: '{"message":"Bad credentials"}' });
    expect(() => openPullRequests(garbled, "o/r")).toThrow("for a pull request's number");
    const silent = new FakeCli({ [PULLS]: new Error("no answer") });
    expect(() => openPullRequests(silent, "o/r")).toThrow("no answer");
  });

  it("leaves a stack alone whose pull request was opened again meanwhile", async () => {
    const cli = new FakeCli({ [PULLS]: "42\n" });
    await destroyStale(ports(cli), "o/r", "pr-42");
    expect(cli.ran).toEqual([PULLS]);
  });

  it("unlocks what a run that was cut off left, and destroys it", async () => {
    const answers = { [PULLS]: "7\n", [LS]: stacks, [OUTPUT]: "{}", [EXPORT]: state };
    const cli = new FakeCli(answers);
    await destroyStale(ports(cli), "o/r", "pr-42");
    expect(cli.ran.slice(0, 3)).toEqual([PULLS, CANCEL, LS]);
    expect(cli.ran.slice(-2)).toEqual([`${DESTROY} --refresh`, RM]);
    const unlocked = new FakeCli({ ...answers, [CANCEL]: new Error("nothing runs") });
    await destroyStale(ports(unlocked), "o/r", "pr-42");
    expect(unlocked.ran.at(-1)).toBe(RM);
  });

  it("hands the matrix of the next job what it found", () => {
    const env = { GITHUB_REPOSITORY: "o/r" };
    const found = runScript("sweep.ts", ["find"], { [LS]: stacks, [PULLS]: "7\n" }, env);
    expect(found).toMatchObject({ code: 0, output: 'stacks=["pr-42"]\n', ran: [LS, PULLS] });
    const blind = runScript("sweep.ts", ["find"], { [LS]: stacks, [PULLS]: "FAILS" }, env);
    expect(blind).toMatchObject({ code: 1, output: "" });
  });

  it("destroys by script what is stale", () => {
    const answers = { [LS]: stacks, [OUTPUT]: "{}", [EXPORT]: "{}" };
    const env = { GITHUB_REPOSITORY: "o/r" };
    const done = runScript("sweep.ts", ["destroy", "pr-42"], answers, env);
    expect(done.ran).toEqual([PULLS, CANCEL, LS, EXPORT, OUTPUT, `${DESTROY} --refresh`, RM]);
    expect(done.code).toBe(0);
  });

  it("tears a stack down by script, with --yes only where nobody can be asked", () => {
    const answers = { [LS]: stacks, [OUTPUT]: "{}", [EXPORT]: "{}" };
    const done = runScript("teardown.ts", ["pr-42", "--yes"], answers);
    expect(done.ran).toEqual([LS, EXPORT, OUTPUT, `${DESTROY} --refresh`, RM]);
    const unasked = runScript("teardown.ts", ["pr-42"], answers);
    expect(unasked).toMatchObject({ code: 1, ran: [] });
    expect(unasked.stderr).toMatch(/there is no terminal to ask on; repeat with --yes/);
  });
});
