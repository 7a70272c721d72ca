import { cachedCapture } from "../../support/capture/cachedCapture";
import { describeProgram } from "../description/program";
import { editedBy } from "../mutations/edits";
import { unplayed } from "../world/vendedMetrics";
import { World } from "../world/world";
import { play } from "./playing/client";

/** Outages, and the alarms that go off in them: the fault that each alarm is for. */
const ringsIn: readonly (readonly [kind: string, seed: string, alarms: readonly string[]])[] = [
  [
    "region",
    "1",
    [
      ...["home-unreachable-use2", "home-lost-use2", "home-endpoint-use1"],
      ...["name-not-at-home-use1", "degraded-use1", "degraded-use2"],
    ],
  ],
  [
    "writer",
    "1",
    [
      ...["home-not-writing-use1", "home-not-serving-use1", "database-silent-use1"],
      ...["settling-silent-use1", "settlement-sweep-errors-use1", "function-failures-use1"],
    ],
  ],
  ["settling", "1", ["order-processor-errors-use1", "hints-old-use1", "settling-silent-use1"]],
  ["accepting", "1", ["order-api-errors-use1", "api-errors-use1", "canary-orders-failing-use2"]],
  ["replication stalled", "6", ["replication-lag-use2", "orders-open-long-use1"]],
  ["item spoilt", "1", ["evidence-ignored-use2"]],
  ["standby lost", "6", ["standby-endpoint-use1", "probes-missing-use2", "database-silent-use2"]],
  ["schema mistake", "1", ["orders-refused-use1"]],
  ["witness lost", "2", ["orders-failing-use1"]],
  ["deployment", "1", ["sentinel-errors-use2", "orchestrator-errors-use2"]],
];

/** Alarms that no outage of the drill sets off, with the reason. */
const ringsInNone: Readonly<Record<string, string>> = {
  "authorizer-errors": "the gateway itself answers in faults of the authorizer",
  "health-errors": "health answers 503 and does not fail",
  "db-migration-errors": "no fault breaks a migration",
  "order-dead-letters": "a valid order among the dead letters breaks a promise",
  "orders-open-many": "clients place fewer orders than the alarm's threshold",
  "sessions-lag": "no fault delays the table of sessions",
  "archives-lag": unplayed["AWS/S3"]!,
  "archives-failing": unplayed["AWS/S3"]!,
  "canary-health": unplayed["CloudWatchSynthetics"]!,
  "canary-order": unplayed["CloudWatchSynthetics"]!,
};

/** No outage of the drill lasts as long as this alarm waits. */
const ringsLate = "failover-not-ready-use2";

/** On when all is well: a part of `home-lost`. */
const ALWAYS_ON = "standby-reachable-use2";

const ownName = (name: string): string => name.replace(/^dev-/, "");
const withoutRegion = (name: string): string => ownName(name).replace(/-use\d$/, "");

it("every alarm has a fault that sets it off, or a reason why there is none", async () => {
  const { alarms, composites } = describeProgram((await cachedCapture()).resources);
  const all = [...alarms, ...composites].map(({ name }) => withoutRegion(name));
  const rung = ringsIn.flatMap(([, , names]) => names.map(withoutRegion));
  const named = [
    ...rung,
    ...Object.keys(ringsInNone),
    ...[ringsLate, ALWAYS_ON].map(withoutRegion),
  ];
  expect([...new Set(named)].sort()).toEqual([...new Set(all)].sort());
  for (const name of Object.keys(ringsInNone)) expect(rung).not.toContain(name);
}, 60_000);

it("no alarm goes off in an hour of ordinary load and an hour of a quiet market", async () => {
  const { rang, evaluated } = await play("healthy", 1);
  expect(rang.map(ownName)).toEqual([ALWAYS_ON]);
  // Home's share of the alarms on AWS's own metrics has had data, so that silence means something.
  for (const name of ["api-errors", "order-api-errors", "hints-old", "home-endpoint"]) {
    expect(evaluated).toContain(`dev-${name}-use1`);
  }
  expect(evaluated).toContain("dev-replication-lag-use2");
  expect(evaluated).toContain("dev-failover-not-ready-use2");
}, 240_000);

it.each(ringsIn)(
  "%s, seed %s, sets off the alarms that are meant for it",
  async (kind, seed, alarms) => {
    const rang = (await play("rings", [kind, seed])).map(ownName);
    expect(rang).toEqual(expect.arrayContaining([...alarms]));
  },
  120_000,
);

it("failover-not-ready goes off while the standby's database has no instance, and not at once", async () => {
  const region = "us-east-2";
  const rang = (await play("databaseAway", { region, minutes: 27 })).map(ownName);
  expect(rang).toContain(ringsLate);
  const early = (await play("databaseAway", { region, minutes: 9 })).map(ownName);
  expect(early).not.toContain(ringsLate);
  expect(early).toContain("database-silent-use2");
}, 120_000);

it("an alarm on a metric that the drill cannot read stops it, by the metric's name", async () => {
  const { resources } = await cachedCapture();
  const set = { metricName: "DatabaseConnections" };
  const name = "monitoring-use1-replication-lag";
  const edit = { type: "aws:cloudwatch/metricAlarm:MetricAlarm", name, set };
  const program = describeProgram(editedBy([edit], resources));
  expect(() => new World({ seed: "1", program, handlers: {} })).toThrow(
    "AWS/RDS DatabaseConnections of dev-replication-lag-use1",
  );
});
