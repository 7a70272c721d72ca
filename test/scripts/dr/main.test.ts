import { commands } from "../../../scripts/dr/commands";
import { dr } from "../../../scripts/dr/main";
import { FakeTools } from "./fakeTools";

describe("dr", () => {
  const run = (...args: string[]) => dr(args, () => new FakeTools());

  it("lists every command without arguments and with --help", async () => {
    for (const args of [[], ["--help"]]) {
      const { exitCode, out } = await run(...args);
      expect(exitCode).toBe(0);
      for (const name of Object.keys(commands)) expect(out).toContain(`  ${name} `);
    }
  });

  it.each(Object.keys(commands))("describes the options of %s", async (name) => {
    const { exitCode, out } = await run(name, "--help");
    expect(exitCode).toBe(0);
    expect(out).toContain(`Usage: npm run dr -- ${name} [options]`);
    for (const option of Object.keys(commands[name]!.options)) expect(out).toContain(`--${option}`);
  });

  it("refuses an unknown command and names the allowed ones", async () => {
    const { exitCode, error } = await run("fail-over");
    expect(exitCode).toBe(2);
    expect(error).toContain('got the command "fail-over"; allowed are preflight, ');
  });

  it("refuses an unknown option", async () => {
    const { exitCode, error } = await run("status", "--stakc", "dev");
    expect(exitCode).toBe(2);
    expect(error).toContain("--stack NAME");
  });

  it("wants a stack or a file with outputs", async () => {
    const { exitCode, error } = await dr(["status"]);
    expect(exitCode).toBe(2);
    expect(error).toBe("dr: name the stack with --stack, or a file with --outputs\n");
  });

  it("says in one line that there are no credentials", async () => {
    const tools = new FakeTools();
    const error = Object.assign(new Error("Could not load"), { name: "CredentialsProviderError" });
    tools.deployment = () => Promise.reject(error);
    const ended = await dr(["status", "--stack", "dev"], () => tools);
    expect(ended.exitCode).toBe(3);
    expect(ended.error).toMatch(/^dr: no valid AWS credentials \(Could not load\); sign in.*\n$/);
  });
});
