import { readFileSync } from "node:fs";
import * as path from "node:path";
import { errorsOf, partsOf, readPreview, type Preview } from "../../../scripts/guard/preview";
import { hotfixTargets, refusals, risksOf, type Risk } from "../../../scripts/guard/risks";

/** Previews of the real engine on its stand-in providers, reduced to what the guard reads. */
const recorded = (name: string): Preview =>
  readPreview(readFileSync(path.join(__dirname, "recorded", `${name}.json`), "utf8"));

const urn = (type: string, name: string) => `urn:pulumi:dev::trading-platform::${type}::${name}`;
const LEDGER = urn("trading:platform:Dynamodb$aws:dynamodb/table:Table", "dynamodb-ledger");
const step = (op: string, of: string) => ({ op, urn: of });
const previewOf = (...steps: Preview["steps"]): Preview => ({ config: {}, steps, diagnostics: [] });
const shortly = ({ urn: of, what }: Risk) =>
  `${partsOf(of).type.split(":").at(-1)} ${partsOf(of).name}: ${what}`;

describe("the guard", () => {
  it("finds what a renamed environment would replace", () => {
    const risks = risksOf(recorded("env")).map(shortly);
    expect(risks).toEqual(
      expect.arrayContaining([
        "Table dynamodb-ledger: replace because of name",
        "GlobalCluster aurora: replace because of globalClusterIdentifier",
        "Cluster aurora-use1: replace because of dbSubnetGroupName, clusterIdentifier",
        "Secret tokens: replace because of name",
        "Bucket s3-use1: replace because of bucket",
        "Queue queues-use2-backlog: replace because of name",
      ]),
    );
    expect(risks.filter((risk) => /Function|Role|Alarm/.test(risk))).toEqual([]);
  });

  it("finds what another standby region would delete, replicas of tables included", () => {
    const risks = risksOf(recorded("standbyRegion")).map(shortly);
    expect(risks).toEqual(
      expect.arrayContaining([
        "Cluster aurora-use2: delete",
        "Bucket s3-use2: delete",
        "Table dynamodb-ledger: delete a replica by a change of globalTableWitness.regionName, replicas[0].regionName",
        "Table dynamodb-sessions: delete a replica by a change of replicas[0].regionName",
      ]),
    );
  });

  it.each(["replace", "delete", "create-replacement", "delete-replaced", "discard"])(
    "refuses %s of a stateful resource",
    (op) => {
      expect(risksOf(previewOf(step(op, LEDGER)))).toMatchObject([{ urn: LEDGER }]);
    },
  );

  it("refuses the replacement of a Route 53 health check", () => {
    const check = urn(
      "trading:platform:Route53$aws:route53/healthCheck:HealthCheck",
      "route53-home",
    );
    const replaced = { ...step("replace", check), replaceReasons: ["requestInterval"] };
    expect(risksOf(previewOf(replaced)).map(shortly)).toEqual([
      "HealthCheck route53-home: replace because of requestInterval",
    ]);
  });

  it.each(["same", "create", "update", "read", "refresh", "import"])("lets %s pass", (op) => {
    expect(risksOf(previewOf(step(op, LEDGER)))).toEqual([]);
  });

  it("lets a table's deletion protection, backups and tags change", () => {
    const detailedDiff = { "replicas[0].deletionProtectionEnabled": {}, tags: {}, ttl: {} };
    expect(risksOf(previewOf({ ...step("update", LEDGER), detailedDiff }))).toEqual([]);
  });

  it("lists a replacement once, though the engine lists its steps", () => {
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) =>
      step(op, LEDGER),
    );
    expect(risksOf(previewOf(...steps))).toHaveLength(1);
  });

  it("has nothing to refuse where nothing changes", () => {
    expect(risksOf(readPreview('{"config":{}}'))).toEqual([]);
  });
});

describe("a risk", () => {
  const member = (type: string) => urn(`trading:platform:AuroraMember$aws:${type}`, "aurora-use1");
  const key = member("kms/key:Key");
  const cluster = member("rds/cluster:Cluster");
  const risks = risksOf(
    previewOf(step("replace", LEDGER), step("delete", key), step("delete", cluster)),
  );

  it("is refused with the option that would allow it", () => {
    expect(refusals(risks, [])[0]).toBe(
      `${LEDGER} would replace; if that is meant, add --allow '${LEDGER}'`,
    );
    expect(refusals(risks, ["dynamodb-sessions"])).toHaveLength(3);
  });

  it("is allowed by its URN, or by a name that only one risk has", () => {
    expect(refusals(risks, ["dynamodb-ledger", key, cluster])).toEqual([]);
    expect(refusals(risks, [LEDGER, "aurora-use1"])).toEqual([
      expect.stringContaining(key),
      expect.stringContaining(cluster),
    ]);
  });
});

describe("the targets of a hotfix", () => {
  const provider = (region: string) => `urn:pulumi:dev::p::pulumi:providers:aws::${region}::id`;
  const fn = (name: string) =>
    urn("trading:platform:LambdaFunction$aws:lambda/function:Function", name);
  const component = urn("trading:platform:LambdaFunction", "new-use2");

  it("are the changes in the surviving region, with new components, without risks", () => {
    const preview = previewOf(
      { ...step("update", fn("orderApi-use1")), provider: provider("use1") },
      { ...step("update", fn("orderApi-use2")), provider: provider("use2") },
      { ...step("same", fn("health-use2")), provider: provider("use2") },
      step("create", component),
      {
        ...step("create", fn("new-use2")),
        provider: provider("use2"),
        newState: { parent: component },
      },
      { ...step("replace", LEDGER), provider: provider("use2") },
    );
    expect(hotfixTargets(preview, "us-east-2")).toEqual([
      fn("orderApi-use2"),
      fn("new-use2"),
      component,
    ]);
  });

  it("of a recorded preview are all in that region", () => {
    const targets = hotfixTargets(recorded("env"), "us-east-2").map((each) => partsOf(each).name);
    expect(targets).toContain("orderApi-use2");
    expect(targets.filter((name) => !name.includes("use2"))).toEqual([]);
  });
});

describe("the output of a preview", () => {
  it("gives the errors of the engine", () => {
    const text =
      '{"diagnostics":[{"severity":"warning","message":"w"},{"severity":"error","message":"e"}]}';
    expect(errorsOf(readPreview(text))).toEqual(["e"]);
  });

  it.each(["", "no JSON", '{"steps":[{}]}'])("is refused where it is %j", (text) => {
    expect(() => readPreview(text)).toThrow("the output of `pulumi preview --json` was expected");
  });
});
