import { runScript } from "./fakes";

const PREVIEW = "pulumi preview --json --non-interactive --stack prod";
const LEDGER = "urn:pulumi:prod::p::trading:platform:Dynamodb$aws:dynamodb/table:Table::ledger";

describe("the preview of a stack", () => {
  it("hands over how many resources change, and which changes are risky", () => {
    const steps = [
      { op: "same", urn: "urn:pulumi:prod::p::a::a" },
      { op: "update", urn: "urn:pulumi:prod::p::a::b" },
      { op: "delete", urn: LEDGER },
    ];
    const done = runScript("preview.ts", ["prod"], { [PREVIEW]: JSON.stringify({ steps }) });
    expect(done).toMatchObject({ code: 0, ran: [PREVIEW] });
    expect(JSON.parse(done.output.replace("preview=", ""))).toEqual({
      stack: "prod",
      changes: { update: 1, delete: 1 },
      risks: [{ urn: LEDGER, name: "ledger", what: "delete" }],
    });
    expect(done.stdout).toBe(`risk: ${LEDGER} would delete\n`);
  });
});
