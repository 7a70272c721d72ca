import { unprotectedReplicas } from "../../scripts/replicas";

function stateWith(wanted: boolean, actual: boolean) {
  const replicas = (deletionProtectionEnabled: boolean) => [
    { regionName: "us-east-2", deletionProtectionEnabled },
  ];
  const table = {
    urn: "urn:pulumi:prod::trading-platform::aws:dynamodb/table:Table::ledger",
    type: "aws:dynamodb/table:Table",
    inputs: { replicas: replicas(wanted) },
    outputs: { replicas: replicas(actual) },
  };
  return { deployment: { resources: [{ urn: "x", type: "aws:sqs/queue:Queue" }, table] } };
}

describe("unprotectedReplicas", () => {
  it("names a replica that should be protected and is not", () => {
    expect(unprotectedReplicas(stateWith(true, false))).toEqual(["ledger in us-east-2"]);
  });

  it("is empty if the replica is protected, should not be, or does not exist", () => {
    expect(unprotectedReplicas(stateWith(true, true))).toEqual([]);
    expect(unprotectedReplicas(stateWith(false, false))).toEqual([]);
    expect(unprotectedReplicas({})).toEqual([]);
  });
});
