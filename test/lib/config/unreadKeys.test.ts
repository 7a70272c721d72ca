import { keys } from "../../../lib/config/keys";
import { findUnread, textsOf } from "../../../lib/config/unreadKeys";

const find = (key: string) => findUnread("trading-platform", { [key]: "durable" }, keys);

test("only the keys of the project are read, by their names without it", () => {
  const all = { "trading-platform:env": "dev", "pulumi:tags": "{}", "aws:region": "eu-west-1" };
  expect(textsOf("trading-platform", all)).toEqual({ env: "dev" });
});

test.each(["retentoin", "Retention", "retention-mode", "retentions"])(
  "%s is refused with the nearest key, what that allows, and two commands",
  (name) => {
    expect(find(`trading-platform:${name}`).refused).toEqual([
      `${name}: is not a key; the nearest key is retention, allowed: ephemeral or durable; ` +
        `run: pulumi config set retention <value> and pulumi config rm ${name}`,
    ]);
  },
);

test("a key that is like no other is refused with the list of keys", () => {
  expect(find("trading-platform:backups").refused).toEqual([
    expect.stringMatching(
      /^backups: is not a key; the keys are env, .*, author; run: pulumi config rm/,
    ),
  ]);
});

test("a mistyped name of the project is refused", () => {
  expect(find("trading-plaform:retention").refused).toEqual([
    expect.stringMatching(/ run: .*set retention <value> and .*rm trading-plaform:retention$/),
  ]);
});

test("a key of another program is named, because it has no effect", () => {
  expect(find("aws:region")).toEqual({
    refused: [],
    ignored: [
      "aws:region: has no effect; the program reads only keys that start with trading-platform:",
    ],
  });
});

test("keys of Pulumi itself are not the program's business", () => {
  expect(find("pulumi:disable-default-providers")).toEqual({ refused: [], ignored: [] });
});

test("no message shows the value of a key, which may be secret", () => {
  const { refused, ignored } = findUnread(
    "trading-platform",
    { "trading-platform:pasword": "hunter2", "aws:secretKey": "hunter2" },
    keys,
  );
  expect([...refused, ...ignored].join()).not.toContain("hunter2");
});
