import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { commonOptions } from "../../scripts/dr/command";
import { commands } from "../../scripts/dr/commands";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { parseOptions } from "../../support/cli/options";
import {
  codeIn,
  filesIn,
  markdownIn,
  matches,
  root,
  rows,
  section,
  textOf,
} from "../helpers/markdown";

const ENV = "pr-42";
const run = promisify(execFile);

/** Records and the changelog tell of the past: what they mention may be gone. */
const records = markdownIn("docs/adr").filter((file) => !file.endsWith("README.md"));
const present = [...markdownIn("."), ...markdownIn("docs")].filter(
  (file) => !/CHANGELOG/.test(file),
);
const all = [...present, ...markdownIn("docs/adr"), "CHANGELOG.md"];

/** Whoever deletes a workspace keeps the documentation, and its links into that workspace. */
const deleted = ["drill", "live"].filter((folder) => !existsSync(path.join(root, folder)));
const itWithDrill = deleted.includes("drill") ? it.skip : it;

describe("the documentation", () => {
  it.each(all)("%s links to files and headings that exist", (file) => {
    const links = matches(textOf(file), /\]\((?!https?:)([^)\s]+)\)/g);
    const broken = links.filter((link) => {
      const [target = "", anchor] = link.split("#");
      const absolute = target === "" ? file : path.posix.join(path.posix.dirname(file), target);
      if (deleted.includes(absolute.split("/")[0]!)) return false;
      if (!existsSync(path.join(root, absolute))) return true;
      const slugs = () =>
        matches(textOf(absolute), /^#+ (.+)$/gm).map((heading) =>
          heading
            .toLowerCase()
            .replace(/[^\w -]/g, "")
            .replaceAll(" ", "-"),
        );
      return anchor !== undefined && !slugs().includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  itWithDrill.each(present)("%s names paths that exist", (file) => {
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== ".git")
      .map(({ name }) => name.replace(".", "\\."))
      .join("|");
    const named = matches(
      textOf(file),
      new RegExp(`(?<![\\w/.:~-])((?:${folders})/[\\w./{},*-]*[\\w/])`, "g"),
    );
    // Capital letters stand for a name that the reader chooses.
    const missing = named.filter(
      (name) => !/[A-Z]{3}|\*/.test(name) && !existsSync(path.join(root, name)),
    );
    expect(missing).toEqual([]);
  });

  itWithDrill.each(present)("%s names npm scripts that exist", (file) => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const named = [
      ...matches(textOf(file), /npm run (?:--silent )?([\w:]+)/g),
      ...matches(textOf(file), /npm (start|test)\b/g),
    ];
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(present)("%s uses stack outputs and configuration keys that exist", async (file) => {
    const { outputs } = await cachedCapture({ config: { env: ENV } });
    const { config } = parse(textOf("Pulumi.yaml")) as { config: Record<string, unknown> };
    const used = matches(textOf(file), /pulumi stack output (\w+)/g);
    const set = matches(textOf(file), /pulumi config set (\w+)/g);
    expect(used.filter((name) => !(name in outputs))).toEqual([]);
    expect(set.filter((name) => !(name in config))).toEqual([]);
  });
});

describe("the options of npm scripts", () => {
  const optionsIn = (text: string) => new Set(text.match(/(?<=^|[\s`,[|])--[a-z]+(?:-[a-z]+)*/g));
  const helpOf = async (script: string): Promise<Set<string>> => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const [program, ...args] = scripts[script]!.split(" ");
    const { stdout, stderr } = await run(program!, [...args, "--help"], { cwd: root }).catch(
      (failed: { stdout: string; stderr: string }) => failed,
    );
    const options = optionsIn(stdout + stderr);
    options.delete("--help");
    return options;
  };

  itWithDrill("are those of docs/drill.md's table", async () => {
    const table = rows(section("docs/drill.md", "Options"));
    const documented = table.map(([script, options]) => [codeIn(script!)[0]!, optionsIn(options!)]);
    const actual = table.map(async ([script]) => {
      const [name] = codeIn(script!);
      return [name!, await helpOf(name!)];
    });
    expect(table.length).toBeGreaterThan(0);
    expect(documented).toEqual(await Promise.all(actual));
  });

  itWithDrill.each(present)("that %s uses are in that table or in their help", async (file) => {
    const table = rows(section("docs/drill.md", "Options"));
    const known = new Map(
      table.map(([script, options]) => [codeIn(script!)[0], optionsIn(options!)]),
    );
    const used = [...textOf(file).matchAll(/npm (?:run )?([\w:]+) -- ([^`\n]*)/g)];
    for (const [command, script, options] of used.filter(([, name]) => name !== "dr")) {
      const wanted = optionsIn(` ${options}`);
      const existing = known.get(script) ?? (await helpOf(script!));
      for (const option of wanted) expect([command, existing.has(option)]).toEqual([command, true]);
    }
  });
});

describe("commands of `dr`", () => {
  /** As `dr` itself reads its command line. @throws OptionError for an option that does not exist. */
  const read = (line: string) => {
    const [name = "", ...args] = line.split(/\s+/);
    const found = commands[name];
    if (found === undefined) throw new Error(`dr has no command "${name}": ${line}`);
    const options = { ...commonOptions, ...found.options };
    return parseOptions({ line: `dr ${name}`, about: found.about, options }, args);
  };
  const spelled = (text: string) =>
    matches(text, /(?:npm run dr --|`dr) ([^`\n#]+)/g).map((line) => line.trim());

  it.each(present)("in %s exist, with these options", (file) => {
    for (const line of spelled(textOf(file))) expect(() => read(line)).not.toThrow();
  });

  it("are not the only ones in the runbook, and the others are marked", () => {
    const text = textOf("docs/runbook.md");
    const blocks = [...text.matchAll(/^( *)```sh\n([^]*?)^\1```$/gm)].map(([, , block]) =>
      block!.split("\n").map((line) => line.trim()),
    );
    const marked = blocks.filter(([first]) => first === "# AWS only");
    const own = blocks.filter((block) => !marked.includes(block)).flat();
    expect(marked).not.toEqual([]);
    expect(own).not.toEqual([]);
    expect(own.filter((line) => !/^(npm run dr -- .+)?$/.test(line))).toEqual([]);
  });

  // The others are run by `npm run test:live`, which compares them with the runbook.
  it("that the runbook says are run with stand-ins for AWS are in tests of dr", () => {
    const text = textOf("docs/runbook.md").replace(/\s+/g, " ");
    const [list = ""] = matches(text, /Other tests run (.+?) with stand-ins for AWS/g);
    const names = matches(list, /`dr (\w+)`/g);
    const tests = filesIn("test/scripts/dr").map((file) => textOf(`test/scripts/dr/${file}`));
    expect(names).not.toEqual([]);
    const isRun = (name: string) =>
      new RegExp(`(dr\\(\\[|run\\()\\s*"${name}[ "]`).test(tests.join());
    expect(names.filter((name) => !isRun(name))).toEqual([]);
  });
});

describe("README.md", () => {
  it("explains configuration keys that exist", () => {
    const { config } = parse(textOf("Pulumi.yaml")) as { config: Record<string, unknown> };
    const explained = rows(section("README.md", "Configuration")).flatMap(([keys]) =>
      codeIn(keys!),
    );
    expect(explained).toContain("env");
    expect(explained.filter((key) => !(key in config))).toEqual([]);
  });

  it("names every stack output, and no other", async () => {
    const { outputs } = await cachedCapture({ config: { env: ENV } });
    const named = codeIn(section("README.md", "Outputs"));
    expect(named.sort()).toEqual(Object.keys(outputs).sort());
  });
});

describe("docs/adr", () => {
  it.each(records)("%s has a number, a status, a date and three sections", (file) => {
    const [number] = /\d{4}/.exec(file)!;
    expect(textOf(file)).toMatch(
      new RegExp(
        `^# ${number}\\. .+\n\n` +
          "Status: (accepted|superseded by .+)\\. Date: \\d{4}-\\d\\d-\\d\\d\\.\n\n" +
          "## Context\n\n[^#]+## Decision\n\n[^#]+## Consequences\n\n[^#]+$",
      ),
    );
  });

  it("lists every record with its title and date", () => {
    const listed = rows(textOf("docs/adr/README.md"));
    const expected = records.map((file) => {
      const name = path.basename(file);
      const [, title] = /^# \d+\. (.+)$/m.exec(textOf(file))!;
      const [, date] = /Date: ([\d-]+)\./.exec(textOf(file))!;
      return [`[${name.slice(0, 4)}](${name})`, title, date];
    });
    expect(listed).toEqual(expected);
  });
});
