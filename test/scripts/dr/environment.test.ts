import { DescribeDBClustersCommand, DescribeGlobalClustersCommand } from "@aws-sdk/client-rds";
import { dr } from "../../../scripts/dr/main";
import { FakeCli } from "../fakes";
import { FakeTools, HOME } from "./fakeTools";

const UP = "pulumi up --yes --skip-preview --non-interactive --stack pr-42";
const DESTROY = "pulumi destroy --yes --skip-preview --non-interactive --stack pr-42";
const PULLS = "gh api";
const calm = {
  "pulumi stack ls": JSON.stringify([{ name: "pr-42" }, { name: "dev" }]),
  "pulumi stack export": "{}",
  "pulumi stack output": '{"api":"https://a"}',
  "pulumi preview": "{}",
  "pulumi config --json": "{}",
  [PULLS]: "7\n",
};

describe("dr and the scripts of environments", () => {
  function run(args: string, answers: Record<string, string | Error> = {}, typed = "") {
    const tools = new FakeTools();
    tools.cli = new FakeCli({ ...calm, ...answers });
    tools.typed = typed;
    const ended = dr(args.split(" "), () => tools);
    return ended.then((result) => ({ ...result, ran: tools.cli.ran, asked: tools.asked }));
  }

  it("deploy sets the configuration, runs `up` and prints the outputs alone", async () => {
    const { exitCode, out, ran } = await run(
      "deploy --stack pr-42 --set author=ann --set repository=o/r --json",
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({ exit: "done", data: { api: "https://a" } });
    expect(ran).toContain("pulumi config set author ann --stack pr-42");
    expect(ran).toContain("pulumi config set repository o/r --stack pr-42");
    expect(ran).toContain(UP);
  });

  it("deploy refuses a risk in full and allows it by name", async () => {
    const urn = "urn:pulumi:pr-42::p::aws:dynamodb/table:Table::ledger";
    const answers = { "pulumi preview": JSON.stringify({ steps: [{ op: "delete", urn }] }) };
    const refused = await run("deploy --stack pr-42", answers);
    expect(refused.exitCode).toBe(1);
    expect(refused.error).toMatch(/^deploy: refused; nothing was changed:\n.*--allow/);
    expect(refused.ran).not.toContain(UP);
    const allowed = await run(`deploy --stack pr-42 --allow ${urn}`, answers);
    expect(allowed.ran).toContain(UP);
  });

  it.each(["deploy", "drain", "teardown"])("%s wants a stack", async (name) => {
    expect(await run(name)).toMatchObject({ exitCode: 2, ran: [] });
    const wrong = await run(`${name} --stack PR;42`);
    expect(wrong).toMatchObject({ exitCode: 2, ran: [] });
    expect(wrong.error).toBe('dr: got "PR;42"; allowed is one stack, like pr-42\n');
  });

  it("teardown destroys only after the stack's name was typed, or with --yes", async () => {
    const other = await run("teardown --stack pr-42", {}, "pr-4");
    expect(other).toMatchObject({ exitCode: 1, ran: [] });
    expect(other.error).toBe('dr: got "pr-4", not "pr-42"; nothing was changed\n');
    const typed = await run("teardown --stack pr-42", {}, "pr-42");
    expect(typed.ran).toContain(`${DESTROY} --refresh`);
    const unasked = await run("teardown --stack pr-42 --yes");
    expect(unasked.asked).toEqual([]);
    expect(unasked.ran).toContain(`${DESTROY} --refresh`);
  });

  it("drain asks RDS about the stack's global database", async () => {
    const tools = new FakeTools();
    const resources = [
      { type: "aws:rds/globalCluster:GlobalCluster", id: "g" },
      { type: "aws:rds/cluster:Cluster", outputs: { arn: `arn:aws:rds:${HOME}:1:cluster:c` } },
    ];
    const state = JSON.stringify({ deployment: { resources } });
    tools.cli = new FakeCli({ "pulumi stack export": state });
    const { rds } = tools.inRegion(HOME);
    rds.on(DescribeGlobalClustersCommand).resolves({ GlobalClusters: [] });
    rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [{ Status: "available" }] });
    const { exitCode } = await dr(["drain", "--stack", "pr-42", "--yes"], () => tools);
    expect(exitCode).toBe(0);
    expect(tools.said).toEqual(["drain: there is no global database"]);
  });

  it("sweep lists what is left over and destroys it by name", async () => {
    const listed = await run("sweep --repository o/r --json");
    expect(JSON.parse(listed.out)).toEqual({ exit: "done", data: ["pr-42"] });
    expect(listed.ran.join()).not.toContain("destroy");
    const swept = await run("sweep --repository o/r --stack pr-42");
    expect(swept.ran).toContain(`${DESTROY} --refresh`);
    const open = await run("sweep --repository o/r --stack pr-7");
    expect(open.ran.join()).not.toContain("destroy");
    expect(await run("sweep")).toMatchObject({ exitCode: 2, ran: [] });
  });
});
