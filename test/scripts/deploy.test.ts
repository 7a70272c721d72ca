import { deploy } from "../../scripts/deploy";
import { FakeCli, runScript } from "./fakes";

const SELECT = "pulumi stack select --create --non-interactive pr-42";
const CONFIG = "pulumi config --json --stack pr-42";
const OUTPUT = "pulumi stack output --json --stack pr-42";
const EXPORT = "pulumi stack export --stack pr-42";
const PREVIEW = "pulumi preview --json --non-interactive --stack pr-42";
const UP = "pulumi up --yes --skip-preview --non-interactive --stack pr-42";

/** Answers of a stack without changes, without a database. */
const calm = { [EXPORT]: "{}", [PREVIEW]: "{}", [OUTPUT]: "{}", [CONFIG]: "{}" };

const arnIn = (region: string) => `arn:aws:rds:${region}:1:cluster:c`;
const state = JSON.stringify({
  deployment: {
    resources: [
      { type: "aws:rds/globalCluster:GlobalCluster", id: "g" },
      { type: "aws:rds/cluster:Cluster", outputs: { arn: arnIn("us-east-1") } },
      { type: "aws:rds/cluster:Cluster", outputs: { arn: arnIn("us-east-2") } },
    ],
  },
});

function ports(cli: FakeCli, writer = "us-east-1") {
  const said: string[] = [];
  const invoked: string[] = [];
  const lambda = (region: string) => {
    invoked.push(region);
    // Placed between the commands, so that their order can be seen.
    cli.ran.push(`disarm in ${region}`);
    return {
      send: () => {
        const control = { target: null, disarmedUntilMs: 2 };
        return Promise.resolve({ Payload: Buffer.from(JSON.stringify({ control })) });
      },
    } as never;
  };
  const members = ["us-east-1", "us-east-2"].map((region) => ({
    DBClusterArn: arnIn(region),
    IsWriter: region === writer,
  }));
  const GlobalClusters = [{ GlobalClusterMembers: members }];
  const rds = () => ({ send: () => Promise.resolve({ GlobalClusters }) }) as never;
  const timer = (_delayMs: number, fire: () => void) => {
    setImmediate(fire);
    return () => undefined;
  };
  const clock = { nowMs: () => 1, timer };
  const say = (line: string) => void said.push(line);
  return { cli, lambda, rds, clock, nowMs: () => 1, say, said };
}

describe("deploy", () => {
  it("makes a pull request's stack, names its environment after it and brings it up", async () => {
    const defaults =
      '{"trading-platform:env":{"value":""},"trading-platform:author":{"value":"a"}}';
    const cli = new FakeCli({ ...calm, [CONFIG]: defaults, [OUTPUT]: ["{}", '{"a":"b"}'] });
    const settings = ["author=ann", "repository=o/r=x"];
    const outputs = await deploy(ports(cli), "pr-42", { settings });
    expect(outputs).toEqual({ a: "b" });
    expect(cli.ran).toEqual([
      SELECT,
      CONFIG,
      "pulumi config set env pr-42 --stack pr-42",
      "pulumi config set author ann --stack pr-42",
      "pulumi config set repository o/r=x --stack pr-42",
      EXPORT,
      PREVIEW,
      OUTPUT,
      UP,
      EXPORT,
      OUTPUT,
    ]);
  });

  it("sets the name of a bot so that a tag may have it, and nothing else otherwise", async () => {
    const cli = new FakeCli(calm);
    const settings = ["author=renovate[bot]", 'alertEmails=["a@b.c"]'];
    await deploy(ports(cli), "pr-42", { settings });
    expect(cli.ran).toContain("pulumi config set author renovate-bot- --stack pr-42");
    expect(cli.ran).toContain('pulumi config set alertEmails ["a@b.c"] --stack pr-42');
  });

  it("disarms what is there before every `up`, and tries a second time", async () => {
    const outputs = JSON.stringify({
      failoverFunctionArn: "arn:aws:lambda:us-east-2:1:function:f",
    });
    const cli = new FakeCli({
      ...calm,
      [CONFIG]: '{"trading-platform:env":{"value":"pr-42"}}',
      [OUTPUT]: outputs,
      [UP]: [new Error("too early"), ""],
    });
    const handed = ports(cli);
    await deploy(handed, "pr-42");
    const once = [EXPORT, PREVIEW, OUTPUT, "disarm in us-east-2", UP];
    expect(cli.ran).toEqual([SELECT, CONFIG, ...once, ...once, EXPORT, OUTPUT]);
    expect(handed.said[1]).toMatch(/trying once more/);
  });

  it("runs `up` again where the provider left a replica without deletion protection", async () => {
    const replicas = (deletionProtectionEnabled: boolean) => ({
      replicas: [{ regionName: "us-east-2", deletionProtectionEnabled }],
    });
    const table = {
      urn: "urn:pulumi:pr-42::trading-platform::aws:dynamodb/table:Table::ledger",
      type: "aws:dynamodb/table:Table",
      inputs: replicas(true),
      outputs: replicas(false),
    };
    const created = JSON.stringify({ deployment: { resources: [table] } });
    const cli = new FakeCli({ ...calm, [EXPORT]: ["{}", created] });
    const handed = ports(cli);
    await deploy(handed, "pr-42");
    expect(cli.ran.slice(-4)).toEqual([UP, EXPORT, UP, OUTPUT]);
    expect(handed.said.at(-1)).toMatch(/^ledger in us-east-2: created without deletion protection/);
  });

  it("fails after the second attempt", async () => {
    const cli = new FakeCli({ ...calm, [UP]: new Error("broken") });
    await expect(deploy(ports(cli), "pr-42")).rejects.toThrow("broken");
    expect(cli.ran.filter((line) => line === UP)).toHaveLength(2);
  });

  it("does not begin with an `up` that it could not disarm for", async () => {
    const outputs = JSON.stringify({
      failoverFunctionArn: "arn:aws:lambda:us-east-2:1:function:f",
    });
    const cli = new FakeCli({ ...calm, [OUTPUT]: outputs });
    const lambda = () => ({ send: () => Promise.reject(new Error("AccessDenied")) }) as never;
    await expect(deploy({ ...ports(cli), lambda }, "pr-42")).rejects.toThrow("AccessDenied");
    expect(cli.ran).not.toContain(UP);
  });

  const LEDGER = "urn:pulumi:pr-42::p::trading:platform:Dynamodb$aws:dynamodb/table:Table::ledger";
  const risky = JSON.stringify({
    steps: [{ op: "replace", urn: LEDGER, replaceReasons: ["name"] }],
  });

  it("refuses to replace a stateful resource, before it disarms or changes anything", async () => {
    const cli = new FakeCli({ ...calm, [PREVIEW]: risky });
    await expect(deploy(ports(cli), "pr-42")).rejects.toThrow(
      `deploy: refused; nothing was changed:\n  ${LEDGER} would replace because of name; ` +
        `if that is meant, add --allow '${LEDGER}'`,
    );
    expect(cli.ran.slice(-2)).toEqual([EXPORT, PREVIEW]);
  });

  it("replaces a stateful resource that is named", async () => {
    const cli = new FakeCli({ ...calm, [PREVIEW]: risky });
    await deploy(ports(cli), "pr-42", { allowed: ["ledger"] });
    expect(cli.ran).toContain(UP);
    const answers = { ...calm, [PREVIEW]: risky };
    expect(runScript("deploy.ts", ["pr-42", "--allow", LEDGER], answers).ran).toContain(UP);
    expect(runScript("deploy.ts", ["pr-42"], answers).ran).not.toContain(UP);
  });

  it("refuses while the standby writes, and names the targets of a hotfix there", async () => {
    const urn = "urn:pulumi:pr-42::p::aws:lambda/function:Function::orderApi-use2";
    const provider = "urn:pulumi:pr-42::p::pulumi:providers:aws::use2::1";
    const fix = JSON.stringify({ steps: [{ op: "update", urn, provider }] });
    const cli = new FakeCli({ ...calm, [EXPORT]: state, [PREVIEW]: fix });
    await expect(deploy(ports(cli, "us-east-2"), "pr-42")).rejects.toThrow(
      [
        "deploy: refused; nothing was changed:",
        "us-east-2 writes: the platform is failed over; fail back first",
        "to deploy the changes in us-east-2 alone:",
        `pulumi up --stack pr-42 --target '${urn}'`,
      ].join("\n  "),
    );
    expect(cli.ran).not.toContain(UP);
    await deploy(ports(cli), "pr-42");
    expect(cli.ran).toContain(UP);
  });

  it("upgrades an older database before `up`, with the state refreshed before and after", async () => {
    const resources = [
      { urn: "urn:g", type: "aws:rds/globalCluster:GlobalCluster", id: "g" },
      { urn: "urn:c", type: "aws:rds/cluster:Cluster", outputs: { arn: arnIn("us-east-1") } },
    ];
    const preview = JSON.stringify({ config: { "trading-platform:auroraEngineVersion": "15.12" } });
    const cli = new FakeCli({
      ...calm,
      [EXPORT]: JSON.stringify({ deployment: { resources } }),
      [PREVIEW]: preview,
    });
    let version = "15.10";
    const handed = ports(cli);
    const send = (command: { constructor: { name: string }; input: Record<string, string> }) => {
      const { name } = command.constructor;
      if (name === "ModifyDBClusterCommand") {
        cli.ran.push("upgrade");
        version = command.input["EngineVersion"]!;
      }
      const GlobalClusters = [
        { GlobalClusterMembers: [{ DBClusterArn: arnIn("us-east-1"), IsWriter: true }] },
      ];
      const DBClusters = [{ EngineVersion: version, Status: "available" }];
      return Promise.resolve({ GlobalClusters, DBClusters });
    };
    await deploy({ ...handed, rds: () => ({ send }) as never }, "pr-42");
    const refresh =
      "pulumi refresh --yes --skip-preview --non-interactive --stack pr-42 --target urn:g --target urn:c";
    const done = cli.ran.filter((line) => [refresh, "upgrade", UP].includes(line));
    expect(done).toEqual([refresh, "upgrade", refresh, UP]);
  });

  it("refuses before the first resource if the account cannot reserve the concurrency", async () => {
    const created = {
      op: "create",
      urn: "urn:pulumi:pr-42::p::aws:lambda/function:Function::orderApi-use1",
      provider: "urn:pulumi:pr-42::p::pulumi:providers:aws::use1::1",
      newState: { inputs: { reservedConcurrentExecutions: 10 } },
    };
    const cli = new FakeCli({ ...calm, [PREVIEW]: JSON.stringify({ steps: [created] }) });
    const limit = (left: number) => () =>
      ({
        send: () => Promise.resolve({ AccountLimit: { UnreservedConcurrentExecutions: left } }),
      }) as never;
    await expect(deploy({ ...ports(cli), lambda: limit(50) }, "pr-42")).rejects.toThrow(
      "us-east-1: got an account with 50 unreserved concurrent executions of Lambda",
    );
    expect(cli.ran).not.toContain(UP);
    await deploy({ ...ports(cli), lambda: limit(1000) }, "pr-42");
    expect(cli.ran).toContain(UP);
  });

  it("does not begin when RDS does not answer", async () => {
    const cli = new FakeCli({ ...calm, [EXPORT]: state });
    const rds = () => ({ send: () => Promise.reject(new Error("timeout")) }) as never;
    await expect(deploy({ ...ports(cli), rds }, "pr-42")).rejects.toThrow("timeout");
    expect(cli.ran).not.toContain(UP);
  });

  it("does not begin when the preview fails, and says what the engine said", () => {
    const failed = '{"diagnostics":[{"severity":"error","message":"configuration: bad"}]}';
    const cli = new FakeCli(calm);
    cli.attempt = () => ({ code: 255, stdout: failed });
    return expect(deploy(ports(cli), "pr-42")).rejects.toThrow(
      "`pulumi preview` failed; nothing was changed\nconfiguration: bad",
    );
  });

  it("refuses a setting that is none, before it touches anything", async () => {
    const cli = new FakeCli();
    await expect(deploy(ports(cli), "pr-42", { settings: ["author"] })).rejects.toThrow(
      'deploy: got "author"; allowed is key=value after the stack',
    );
    expect(cli.ran).toEqual([]);
  });

  it("hands the outputs to later jobs, as one line", () => {
    const answers = { ...calm, [OUTPUT]: '{\n  "servers": ["a", "b"]\n}' };
    const done = runScript("deploy.ts", ["pr-42"], answers);
    const preview = '{"stack":"pr-42","changes":{},"risks":[]}';
    const output = `preview=${preview}\noutputs={"servers":["a","b"]}\n`;
    expect(done).toMatchObject({ code: 0, output });
    expect(done.ran).toContain(UP);
  });

  it("says what it got instead of a stack", () => {
    const done = runScript("deploy.ts", ["PR 42; rm"], {});
    expect(done).toMatchObject({ code: 1, ran: [] });
    expect(done.stderr).toBe('deploy: got "PR 42; rm"; allowed is one stack, like pr-42\n');
  });
});
