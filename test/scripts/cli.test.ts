import { PassThrough } from "node:stream";
import { confirm } from "../../scripts/cli";

describe("confirming", () => {
  const { stdin } = process;
  let question: jest.SpyInstance;
  beforeEach(() => {
    question = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  });
  const type = (text: string) => {
    const typed = Object.assign(new PassThrough(), { isTTY: true });
    Object.defineProperty(process, "stdin", { value: typed, configurable: true });
    typed.write(`${text}\n`);
  };
  afterEach(() => {
    question.mockRestore();
    Object.defineProperty(process, "stdin", { value: stdin, configurable: true });
  });

  it("continues when the name is typed", async () => {
    type("pr-42");
    await expect(confirm("pr-42", "teardown")).resolves.toBeUndefined();
    expect(question).toHaveBeenCalledWith('teardown: type "pr-42" to continue: ');
  });

  it("changes nothing when another name is typed", async () => {
    type("pr-4");
    await expect(confirm("pr-42", "teardown")).rejects.toThrow(
      'teardown: got "pr-4"; nothing was changed',
    );
  });
});
