import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { explainPulumi, parseDeployment, readDeployment } from "../../../scripts/dr/deployment";
import { FakeTools } from "./fakeTools";

describe("the deployment that dr reads", () => {
  it("is the program's own output, also from a file", async () => {
    const operations = await new FakeTools().deployment();
    expect(operations.regions.standby.orchestratorArn).toContain(":us-east-2:");
    const file = path.join(tmpdir(), `outputs-${process.pid}.json`);
    writeFileSync(file, JSON.stringify({ operations }));
    expect(await readDeployment({ outputs: file }, {})).toEqual(operations);
  });

  it("is asked for by exactly one of stack and file", async () => {
    await expect(readDeployment({}, {})).rejects.toThrow("name the stack with --stack");
    const both = { stack: "dev", outputs: "x" };
    await expect(readDeployment(both, {})).rejects.toThrow("name the stack with --stack");
  });

  it("names the file that cannot be read", async () => {
    const reading = readDeployment({ outputs: "no-such-file" }, {});
    await expect(reading).rejects.toThrow(/--outputs: got "no-such-file" \(ENOENT.*file with JSON/);
  });

  it("names the fields that do not fit", () => {
    expect(() => parseDeployment({}, "stack dev")).toThrow('stack dev has no output "operations"');
    expect(() => parseDeployment({ operations: {} }, "stack dev")).toThrow(
      /does not fit in environment, retention, /,
    );
  });

  it.each([
    ["spawn pulumi ENOENT", "the command `pulumi` is not on PATH"],
    ["error: no stack named 'dev' found", 'there is no stack "dev"'],
    ["code: 255\nstderr: error: failed to load checkpoint\n", "error: failed to load checkpoint"],
  ])("explains Pulumi's %j in one line", (message, expected) => {
    expect(explainPulumi(new Error(message), "dev")).toContain(expected);
    expect(explainPulumi(new Error(message), "dev")).not.toContain("\n");
  });
});
