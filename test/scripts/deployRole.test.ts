import { cachedCapture } from "../../support/capture/cachedCapture";
import { textOf } from "../helpers/markdown";

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const statementsOf = (file: string) =>
  (JSON.parse(textOf(`docs/iam/${file}`)) as { Statement: Statement[] }).Statement;
const actionsOf = (statements: readonly Statement[]) =>
  statements.flatMap(({ Action }) => Action).sort();
const matches = (pattern: string, action: string) =>
  pattern === action || (pattern.endsWith("*") && action.startsWith(pattern.slice(0, -1)));

/** IAM's name of the service of a resource: the provider's modules differ for VPCs, events and logs. */
function serviceOf(type: string): string {
  const [, module = ""] = /^aws:(\w+)\//.exec(type) ?? [];
  if (module === "vpc") return "ec2";
  if (module !== "cloudwatch") return module;
  if (/^aws:cloudwatch\/event/.test(type)) return "events";
  return /^aws:cloudwatch\/log/.test(type) ? "logs" : "cloudwatch";
}

const configurations: Record<string, string>[] = [
  {},
  { retention: "durable", customerManagedKeys: "true", gameDay: "true", objectLockDays: "30" },
];

describe("the deployment role in docs/iam", () => {
  const rights = statementsOf("rights.json");
  const boundary = statementsOf("boundary.json");

  /** The resources of all configurations. */
  const everything = async () => {
    const captures = await Promise.all(
      configurations.map((config) => cachedCapture({ config: { env: "dev", ...config } })),
    );
    return captures.flatMap(({ resources }) => resources);
  };

  it("may use every service that the program uses, and no other", async () => {
    const used = (await everything())
      .filter(({ type }) => type.startsWith("aws:"))
      .map(({ type }) => serviceOf(type));
    const allowed = actionsOf(rights).map((action) => action.split(":")[0]!);
    const only = new Set([...used, "sts", "xray", "acm", "iam"]);
    expect([...new Set(allowed)].sort()).toEqual([...only].sort());
  });

  it("has a boundary that allows its rights, and no other identity or change of itself", () => {
    const [allowed, ...denied] = boundary;
    for (const action of actionsOf(rights)) {
      expect([action, actionsOf([allowed!]).some((each) => matches(each, action))]).toEqual([
        action,
        true,
      ]);
    }
    expect(denied.map(({ Effect }) => Effect)).toEqual(["Deny", "Deny"]);
    for (const action of ["iam:CreateUser", "iam:DeleteRolePermissionsBoundary"]) {
      expect(actionsOf(denied)).toContain(action);
    }
  });

  it("gives rights only to roles whose boundary allows what the program's roles do, and no more", async () => {
    const [within] = rights.filter(({ Sid }) => Sid === "RightsWithinTheBoundary");
    const granting = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy"];
    expect(within).toMatchObject({ Action: granting });
    expect(within!.Condition!["StringEquals"]).toEqual({
      "iam:PermissionsBoundary": "arn:aws:iam::ACCOUNT:policy/ENVIRONMENTS-boundary",
    });
    const others = actionsOf(rights.filter((each) => each !== within));
    expect(others.filter((action) => granting.some((each) => matches(action, each)))).toEqual([]);
    const policies = (await everything()).filter(
      ({ type }) => type === "aws:iam/rolePolicy:RolePolicy",
    );
    const used = policies.flatMap(({ inputs }) => {
      const { Statement } = JSON.parse(inputs["policy"] as string) as { Statement: Statement[] };
      return actionsOf(Statement);
    });
    expect(actionsOf(statementsOf("rolesBoundary.json"))).toEqual([...new Set(used)].sort());
  });

  it("changes and passes roles of environments alone", () => {
    const onRoles = rights.filter((each) => actionsOf([each]).some((name) => /^iam:/.test(name)));
    expect(onRoles.map(({ Resource }) => Resource)).not.toContain("*");
  });

  it("trusts exact subjects with ids that never change", () => {
    const [{ Condition }] = statementsOf("trust.json") as [Statement];
    expect(Object.keys(Condition!)).toEqual(["StringEquals"]);
    const subjects = Condition!["StringEquals"]!["token.actions.githubusercontent.com:sub"]!;
    for (const subject of subjects) {
      expect(subject).toMatch(/^repo:OWNER@OWNER_ID\/NAME@REPOSITORY_ID:[^*]+$/);
    }
  });
});
