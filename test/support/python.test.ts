import { NoPython, pythonWith } from "../../support/cli/python";

test("without Python, the reason is one line", async () => {
  const wanted = pythonWith(__filename, ["no-such-python"]);
  await expect(wanted).rejects.toThrow(NoPython);
  await expect(wanted).rejects.toThrow(/^there is no Python of .*$/);
});
