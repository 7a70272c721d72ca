import { marker, publish, render, renderPreview, type Environment } from "../../scripts/comment";
import { FakeCli, runScript } from "./fakes";

const environment: Environment = {
  stack: "pr-42",
  up: "success",
  destroy: "skipped",
  outputs: { primaryApiEndpoint: "https://a.example/v1", nameServers: ["a", "b"] },
  commit: "0123456789abcdef",
  runUrl: "https://github.com/o/r/actions/runs/1",
};
const LIST = "gh api --paginate repos/o/r/issues/42/comments --jq ";

describe("the comment on a pull request", () => {
  it("lists the outputs, under a first line by which it is found again", () => {
    expect(render(environment)).toBe(
      [
        "<!-- environment pr-42 -->",
        "Environment `pr-42` is up.",
        "",
        "| output | value |",
        "| --- | --- |",
        "| primaryApiEndpoint | <code>https://a.example/v1</code> |",
        '| nameServers | <code>&#91;"a","b"&#93;</code> |',
        "",
        "Commit 0123456789, [run](https://github.com/o/r/actions/runs/1)",
      ].join("\n"),
    );
  });

  it.each([
    ["up", "failure", /could \*\*not\*\* be brought up/],
    ["destroy", "failure", /could \*\*not\*\* be destroyed and still costs money/],
    ["destroy", "success", /is destroyed\.$/m],
  ] as const)("tells of %s: %s, without outputs", (job, result, text) => {
    const ended = { ...environment, up: "skipped" as const, [job]: result };
    expect(render(ended)).toMatch(text);
    expect(render(ended)).not.toContain("a.example");
  });

  it("tells that what is up has not passed its checks, with the outputs", () => {
    const text = render({ ...environment, up: "failure", verify: "failure" });
    expect(text).toMatch(/is up, but `dr verify` did \*\*not\*\* pass/);
    expect(text).toContain("a.example");
  });

  it("tells nothing of what was superseded or left out", () => {
    expect(render({ ...environment, up: "cancelled" })).toBeNull();
    expect(render({ ...environment, up: "skipped" })).toBeNull();
  });

  it("keeps a value inside its cell", () => {
    const evil = "x|`</code>\n![i](http://evil)@all *b* _c_ \\";
    const row = render({ ...environment, outputs: { evil } })!.split("\n")[5]!;
    const inner = row.slice("| evil | <code>".length, -"</code> |".length);
    expect(inner.replace(/&#\d+;/g, "")).not.toMatch(/[|`<>\n[\]*_\\]/);
  });

  const risk = { urn: "urn:ledger", name: "dynamodb-ledger", what: "replace because of name" };

  it("shows what changed, with risky changes marked", () => {
    const preview = { stack: "pr-42", changes: { create: 2, replace: 1 }, risks: [risk] };
    const lines = render({ ...environment, up: "failure", preview })!.split("\n");
    expect(lines.slice(2, -2)).toEqual([
      "",
      "Preview of `pr-42`: 2 create, 1 replace.",
      "",
      "> [!CAUTION]",
      "> 1 risky changes: `scripts/deploy.ts` refuses each that `--allow` does not name.",
      "",
      "| resource | what would happen |",
      "| --- | --- |",
      "| <code>dynamodb-ledger</code> | <code>replace because of name</code> |",
    ]);
    const calm = renderPreview({ stack: "dev", changes: {}, risks: [] });
    expect(calm).toEqual(["Preview of `dev`: no change."]);
  });

  it("about the long-lived stack is another comment on the pull request", () => {
    const env = {
      GITHUB_REPOSITORY: "o/r",
      PULL_REQUEST: "42",
      COMMIT: "0123456789abcdef",
      PREVIEW: JSON.stringify({ stack: "prod", changes: { delete: 1 }, risks: [risk] }),
    };
    const done = runScript("comment.ts", ["preview"], {}, env);
    expect(done.ran[0]).toContain(LIST);
    expect(done.ran[0]).toContain(marker("preview prod"));
    expect(done.ran).toContain("Preview of `prod`: 1 delete.");
    expect(done.code).toBe(0);
  });

  it("is made when there is none", () => {
    const cli = new FakeCli();
    publish(cli, "o/r", "pr-42", "text");
    expect(cli.ran[0]!.startsWith(LIST)).toBe(true);
    expect(cli.ran[0]).toContain(marker("pr-42"));
    expect(cli.ran[0]).toContain('.user.login == "github-actions[bot]"');
    expect(cli.ran.slice(1)).toEqual([
      "gh api --method POST repos/o/r/issues/42/comments --raw-field body=text",
    ]);
  });

  it("is changed when there is one: the first, whatever came after", () => {
    const cli = new FakeCli({ [LIST]: "1001\n1002\n" });
    publish(cli, "o/r", "pr-42", "text");
    expect(cli.ran.slice(1)).toEqual([
      "gh api --method PATCH repos/o/r/issues/comments/1001 --raw-field body=text",
    ]);
  });

  it("is written by the script from what the workflow knows", () => {
    const env = {
      GITHUB_REPOSITORY: "o/r",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_RUN_ID: "1",
      STACK: "pr-42",
      UP: "success",
      DESTROY: "skipped",
      OUTPUTS: '{"a":"b"}',
      COMMIT: "0123456789abcdef",
    };
    const done = runScript("comment.ts", [], {}, env);
    const first = "gh api --method POST repos/o/r/issues/42/comments --raw-field body=";
    expect(done.ran[1]).toBe(`${first}${marker("pr-42")}`);
    expect(done.ran).toContain("| a | <code>b</code> |");
    expect(done.code).toBe(0);
  });
});
