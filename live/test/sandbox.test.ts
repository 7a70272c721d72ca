import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Means } from "../harness/cpuShare";
import { Sandbox } from "../harness/sandbox";

let directory: string;
const sandboxes: Sandbox[] = [];

interface Held {
  cpuShare: number;
  means: Means | undefined;
  timeoutSeconds: number;
}

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "sandbox-"));
});

afterAll(async () => {
  await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
  rmSync(directory, { recursive: true });
});

/** A sandbox of a function with this code. */
async function running(
  code: string,
  { cpuShare = 1, means, timeoutSeconds = 20 }: Partial<Held> = {},
): Promise<Sandbox> {
  const bundle = path.join(directory, `${sandboxes.length}.mjs`);
  writeFileSync(bundle, code);
  const sandbox = await Sandbox.start({
    bundle,
    environment: { GREETING: "hello" },
    timeoutSeconds,
    cpuShare,
    ...(means === undefined ? {} : { means }),
  });
  sandboxes.push(sandbox);
  return sandbox;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a sandbox", () => {
  it("answers with the handler's result and keeps what it prints", async () => {
    const sandbox = await running(`
      export const handler = async ({ name }, context) => {
        process.stdout.write(JSON.stringify({ _aws: {}, Greeted: 1 }) + "\\n");
        return [process.env.GREETING, name, context.getRemainingTimeInMillis() <= 20_000];
      };`);
    const outcome = await sandbox.invoke({ name: "Ada" });
    expect(outcome).toMatchObject({ kind: "answered", result: ["hello", "Ada", true] });
    expect(sandbox.metric("Greeted")).toEqual([1]);
  });

  it("reports the error that a handler throws, and goes on", async () => {
    const sandbox = await running(`export const handler = async () => { throw new Error("no"); };`);
    const failed = { kind: "failed", error: "Error: no" };
    expect(await sandbox.invoke({})).toMatchObject(failed);
    expect(await sandbox.invoke({})).toMatchObject(failed);
  });

  it("ends when an invocation does not answer in time", async () => {
    const sandbox = await running(`export const handler = () => new Promise(() => {});`, {
      timeoutSeconds: 1,
    });
    expect(await sandbox.invoke({})).toEqual({ kind: "timed out" });
    await expect(sandbox.invoke({})).rejects.toThrow(/has ended/);
  });

  it("ends with an error outside the handler", async () => {
    const sandbox = await running(`
      export const handler = () => new Promise(() => setTimeout(() => { throw new Error(); }, 1));`);
    expect(await sandbox.invoke({})).toEqual({ kind: "crashed" });
  });

  it("refuses an invocation after its process was killed, and one that has begun ends", async () => {
    const sandbox = await running(`export const handler = () => new Promise(() => {});`);
    const begun = sandbox.invoke({});
    await sandbox.stop();
    expect(await begun).toEqual({ kind: "crashed" });
    expect(sandbox.isRunning).toBe(false);
    await expect(sandbox.invoke({})).rejects.toThrow(/has ended/);
  });

  it("answers an invocation whose process ends before it takes the event", async () => {
    const sandbox = await running(`
      setTimeout(() => process.exit(3), 50);
      export const handler = async () => "late";`);
    // A frozen process does not end, so it does only once it is thawed.
    await wait(100);
    const outcomes = [sandbox.invoke({}), wait(2_000).then(() => ({ kind: "nothing" }))];
    expect(["crashed", "answered"]).toContain((await Promise.race(outcomes)).kind);
    await wait(100);
    await expect(sandbox.invoke({})).rejects.toThrow(/has ended/);
  });

  it("says what a bundle complains about that does not load", async () => {
    await expect(running(`throw new Error("no table");`)).rejects.toThrow(/no table/);
  });

  it("is frozen between invocations", async () => {
    const sandbox = await running(`
      let ticks = 0;
      setInterval(() => ticks++, 5);
      export const handler = async () => ticks;`);
    await sandbox.invoke({});
    await wait(500);
    const outcome = await sandbox.invoke({});
    expect(outcome).toMatchObject({ kind: "answered" });
    expect((outcome as { result: number }).result).toBeLessThan(50);
  });

  it.each([undefined, "signals" as const])("runs on a share of a CPU (%s)", async (means) => {
    const code = `
      const start = process.cpuUsage();
      const used = () => { const { user, system } = process.cpuUsage(start); return user + system; };
      export const handler = async () => {
        const until = used() + 200_000;
        while (used() < until);
      };`;
    const sandbox = await running(code, { cpuShare: 0.25, means });
    const outcome = await sandbox.invoke({});
    if (outcome.kind !== "answered") throw new Error(`it ${outcome.kind}`);
    // A busy machine only makes it slower.
    expect(outcome.ms / outcome.cpuMs).toBeGreaterThan(2);
  });
});
