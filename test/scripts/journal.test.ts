import { orderComplaints } from "../../scripts/journal";

const urn = (component: string, name: string) =>
  `urn:pulumi:dev::trading-platform::trading:platform:${component}$aws:x/y:Z::${name}`;
const create = (component: string, name: string) => ({ op: "create", urn: urn(component, name) });
const remove = (component: string, name: string) => ({ op: "delete", urn: urn(component, name) });

test("failover made last and removed first is in order", () => {
  const entries = [
    { op: "configure", urn: "use1" },
    create("Sns", "topics-use1-failover"),
    create("Failover", "tick"),
    create("Failover$trading:platform:LambdaFunction", "sentinel"),
    remove("Failover", "tick"),
    remove("Failover$trading:platform:LambdaFunction", "sentinel"),
    remove("Sns", "topics-use1-failover"),
  ];
  expect(orderComplaints(entries)).toEqual([]);
});

test("what is made after failover has begun, or removed while it is there, is named", () => {
  const entries = [
    create("Failover", "tick"),
    create("Sns", "topic"),
    remove("Sns", "topic"),
    remove("Failover", "tick"),
  ];
  expect(orderComplaints(entries)).toEqual([
    `${urn("Sns", "topic")} was made after failover had begun`,
    `${urn("Failover", "tick")} was still there when other things were removed`,
  ]);
});

test("a journal without a whole run proves nothing", () => {
  const nothing = ["nothing of failover was both made and removed"];
  expect(orderComplaints([])).toEqual(nothing);
  expect(orderComplaints([create("Failover", "tick")])).toEqual(nothing);
  expect(orderComplaints([remove("Failover", "tick"), remove("Sns", "topic")])).toEqual(nothing);
});
