import { deploy } from "../../scripts/deploy";
import { FakeCli, runScript } from "./fakes";

const SELECT = "pulumi stack select --create --non-interactive pr-42";
const CONFIG = "pulumi config --json --stack pr-42";
const OUTPUT = "pulumi stack output --json --stack pr-42";
const UP = "pulumi up --yes --skip-preview --non-interactive --stack pr-42";

function ports(cli: FakeCli) {
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
  return { cli, lambda, nowMs: () => 1, say: (line: string) => void said.push(line), said };
}

describe("deploy", () => {
  it("makes a pull request's stack, names its environment after it and brings it up", async () => {
    const defaults =
      '{"trading-platform:env":{"value":""},"trading-platform:author":{"value":"a"}}';
    const cli = new FakeCli({ [CONFIG]: defaults, [OUTPUT]: ["{}", '{"a":"b"}'] });
    const outputs = await deploy(ports(cli), "pr-42", ["author=ann", "repository=o/r=x"]);
    expect(outputs).toEqual({ a: "b" });
    expect(cli.ran).toEqual([
      SELECT,
      CONFIG,
      "pulumi config set env pr-42 --stack pr-42",
      "pulumi config set author ann --stack pr-42",
      "pulumi config set repository o/r=x --stack pr-42",
      OUTPUT,
      UP,
      OUTPUT,
    ]);
  });

  it("sets the name of a bot so that a tag may have it, and nothing else otherwise", async () => {
    const cli = new FakeCli({ [CONFIG]: "{}", [OUTPUT]: "{}" });
    await deploy(ports(cli), "pr-42", ["author=renovate[bot]", 'alertEmails=["a@b.c"]']);
    expect(cli.ran).toContain("pulumi config set author renovate-bot- --stack pr-42");
    expect(cli.ran).toContain('pulumi config set alertEmails ["a@b.c"] --stack pr-42');
  });

  it("disarms what is there before every `up`, and tries a second time", async () => {
    const outputs = JSON.stringify({
      failoverFunctionArn: "arn:aws:lambda:us-east-2:1:function:f",
    });
    const cli = new FakeCli({
      [CONFIG]: '{"trading-platform:env":{"value":"pr-42"}}',
      [OUTPUT]: outputs,
      [UP]: [new Error("too early"), ""],
    });
    const handed = ports(cli);
    await deploy(handed, "pr-42");
    const once = [OUTPUT, "disarm in us-east-2", UP];
    expect(cli.ran).toEqual([SELECT, CONFIG, ...once, ...once, OUTPUT]);
    expect(handed.said[1]).toMatch(/once more/);
  });

  it("fails after the second attempt", async () => {
    const cli = new FakeCli({ [CONFIG]: "{}", [OUTPUT]: "{}", [UP]: new Error("broken") });
    await expect(deploy(ports(cli), "pr-42")).rejects.toThrow("broken");
    expect(cli.ran.filter((line) => line === UP)).toHaveLength(2);
  });

  it("does not begin with an `up` that it could not disarm for", async () => {
    const outputs = JSON.stringify({
      failoverFunctionArn: "arn:aws:lambda:us-east-2:1:function:f",
    });
    const cli = new FakeCli({ [CONFIG]: "{}", [OUTPUT]: outputs });
    const lambda = () => ({ send: () => Promise.reject(new Error("AccessDenied")) }) as never;
    await expect(deploy({ ...ports(cli), lambda }, "pr-42")).rejects.toThrow("AccessDenied");
    expect(cli.ran).not.toContain(UP);
  });

  it("refuses a setting that is none, before it touches anything", async () => {
    const cli = new FakeCli();
    await expect(deploy(ports(cli), "pr-42", ["author"])).rejects.toThrow(
      'deploy: got "author"; allowed is key=value after the stack',
    );
    expect(cli.ran).toEqual([]);
  });

  it("hands the outputs to later jobs, as one line", () => {
    const answers = { [CONFIG]: "{}", [OUTPUT]: '{\n  "servers": ["a", "b"]\n}' };
    const done = runScript("deploy.ts", ["pr-42"], answers);
    expect(done).toMatchObject({ code: 0, output: 'outputs={"servers":["a","b"]}\n' });
    expect(done.ran).toContain(UP);
  });

  it("says what it got instead of a stack", () => {
    const done = runScript("deploy.ts", ["PR 42; rm"], {});
    expect(done).toMatchObject({ code: 1, ran: [] });
    expect(done.stderr).toBe('deploy: got "PR 42; rm"; allowed is one stack, like pr-42\n');
  });
});
