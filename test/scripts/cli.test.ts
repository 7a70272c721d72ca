import { PassThrough } from "node:stream";
import { askOnTerminal, confirm } from "../../scripts/cli";

describe("confirming", () => {
  const { stdin } = process;
  let question: jest.SpyInstance;
  beforeEach(() => {
    question = jest.spyOn(process.stderr, "write").mockReturnValue(true);
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
    await expect(confirm(askOnTerminal, "pr-42: it goes.", "pr-42")).resolves.toBeUndefined();
    expect(question).toHaveBeenCalledWith("pr-42: it goes. Type pr-42 to go on: ");
  });

  it("changes nothing when another name is typed", async () => {
    type("pr-4");
    await expect(confirm(askOnTerminal, "pr-42: it goes.", "pr-42")).rejects.toThrow(
      'got "pr-4", not "pr-42"; nothing was changed',
    );
  });

  it("says without a terminal what to do", async () => {
    const nobody = Object.assign(new PassThrough(), { isTTY: false });
    Object.defineProperty(process, "stdin", { value: nobody, configurable: true });
    await expect(confirm(askOnTerminal, "pr-42: it goes.", "pr-42")).rejects.toThrow(
      "there is no terminal to ask on; repeat with --yes",
    );
  });
});
