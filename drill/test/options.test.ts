import { OptionError, parseStartOptions, startUsage } from "../options";

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
    [["--seed"], `Option '--seed <value>' argument missing; ${startUsage}`],
    [["--fault", "flood"], '--fault "flood": allowed are region; none'],
    [["--sed", "1"], `Unknown option '--sed'; ${startUsage}`],
  ])("refuses %j", (args, message) => {
    expect(() => parseStartOptions(args)).toThrow(new OptionError(message));
  });
});
