import { OptionError, parseStartOptions } from "../../drill/options";

describe("options of npm start", () => {
  it("plays seed 1 and the loss of home when nothing is asked", () => {
    expect(parseStartOptions([])).toEqual({
      seed: "1",
      fault: "region",
      isTraced: false,
      isJson: false,
    });
  });

  it("takes values beside or after the option", () => {
    expect(parseStartOptions(["--seed", "42", "--fault=none", "--json", "--trace"])).toEqual({
      seed: "42",
      fault: "none",
      isTraced: true,
      isJson: true,
    });
  });

  test.each([
    [["--seed", "x"], "--seed x: a seed is a whole number, 0 or above"],
    [["--seed"], "--seed needs a value; options: --seed N, --fault region|none, --trace, --json"],
    [["--fault", "flood"], "--fault flood: allowed are region and none"],
    [
      ["--sed", "1"],
      "unknown option --sed; options: --seed N, --fault region|none, --trace, --json",
    ],
  ])("refuses %j", (args, message) => {
    expect(() => parseStartOptions(args)).toThrow(new OptionError(message));
  });
});
