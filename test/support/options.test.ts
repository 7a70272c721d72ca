import {
  type CommandText,
  OptionError,
  helpText,
  jobs,
  parseOptions,
  userPath,
} from "../../support/cli/options";

const command = {
  line: "npm run drill",
  about: "Simulates outages.",
  options: {
    seed: { value: "N", default: "1", about: "Seed" },
    report: { value: "FILE", about: "Write a report" },
    json: { about: "Print JSON" },
  },
} as const satisfies CommandText;
const parse = (args: string[], environment = {}) => parseOptions(command, args, environment);

describe("options of a command", () => {
  it("take defaults", () => {
    expect({ ...parse([]) }).toEqual({ seed: "1", json: false });
  });

  it.each([[["--seed", "7", "--json"]], [["--seed=7", "--json"]]])("are read: %j", (args) => {
    expect({ ...parse(args) }).toEqual({ seed: "7", json: true });
  });

  it.each([
    [["--sed", "7"], "Unknown option '--sed'"],
    [["--seed"], "Option '--seed <value>' argument missing"],
    [["region"], "Unexpected argument 'region'"],
    [["--json=yes"], "Option '--json' does not take an argument"],
    [["--report", "--json"], "Option '--report' argument is ambiguous"],
  ])("are refused: %j", (args, reason) => {
    const allowed = "allowed are --seed N, --report FILE, --json; see npm run drill -- --help";
    expect(() => parse(args)).toThrow(new OptionError(`${reason}; ${allowed}`));
  });

  it("that npm kept for itself are named, with the line that passes them on", () => {
    const environment = { npm_config_seed: "7", npm_config_json: "true", npm_config_prefix: "." };
    expect(() => parse([], environment)).toThrow(
      "npm took --seed 7 --json for its own; put -- before options: npm run drill -- --seed 7 --json",
    );
  });

  it("that npm kept for itself get the value that npm passed on alone", () => {
    expect(() => parse(["7"], { npm_config_seed: "true" })).toThrow("npm run drill -- --seed 7");
  });

  it("are listed by the help with their defaults", () => {
    expect(helpText(command)).toBe(`Simulates outages.

Usage: npm run drill -- [options]

  --seed N       Seed (default: 1)
  --report FILE  Write a report
  --json         Print JSON
  --help         Print this text`);
  });
});

test("jobs are never more than the cores", () => {
  expect([jobs("1", 2), jobs("9", 2)]).toEqual([1, 2]);
  expect(() => jobs("0", 2)).toThrow('--jobs: got "0"; allowed is a whole number from 1');
});

test("a file is looked for where the user is, whatever directory npm changes to", () => {
  expect(userPath("x.html", { INIT_CWD: "/home/me/sub" })).toBe("/home/me/sub/x.html");
  expect(userPath("/tmp/x.html", { INIT_CWD: "/home/me" })).toBe("/tmp/x.html");
});
