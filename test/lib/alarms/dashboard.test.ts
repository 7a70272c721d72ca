import { type Program, loadProgram, regions } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

interface Widget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: {
    title?: string;
    markdown?: string;
    region?: string;
    metrics?: unknown[][];
    alarms?: string[];
  };
}

const known: Readonly<Record<string, readonly [type: string, property: string]>> = {
  ApiName: ["apigateway/restApi", "name"],
  CanaryName: ["synthetics/canary", "name"],
  DBClusterIdentifier: ["rds/cluster", "clusterIdentifier"],
  HealthCheckId: ["route53/healthCheck", "id"],
  DestinationBucket: ["s3/bucket", "bucket"],
  FunctionName: ["lambda/function", "name"],
  QueueName: ["sqs/queue", "name"],
  SourceBucket: ["s3/bucket", "bucket"],
  Stage: ["apigateway/stage", "stageName"],
  TableName: ["dynamodb/table", "name"],
};

/** What a metric may name from another region than the one it is published in. */
const acrossRegions = new Set(["DestinationBucket", "SourceBucket", "TableName", "HealthCheckId"]);

describe.each(regions)("the dashboard in %s", (token, region) => {
  const dashboard = () => program.one("cloudwatch/dashboard", `dashboard-${token}`);
  const widgets = () =>
    (JSON.parse(String(dashboard().inputs.dashboardBody)) as { widgets: Widget[] }).widgets;

  const titled = (title: RegExp) =>
    widgets().find(({ properties }) => title.test(properties.title ?? ""))!.properties;

  test("has its name and its region", () => {
    expect(dashboard().inputs.dashboardName).toBe(`dev-orders-${token}`);
    expect(dashboard().region).toBe(region);
  });

  test("answers questions from top to bottom", () => {
    const shown = widgets().map(({ properties }) => properties.markdown ?? properties.title);
    expect(shown).toEqual([
      "## Are we serving?",
      "Alarms",
      "Orders",
      "Canaries",
      "API",
      "API, milliseconds",
      "## From where?",
      "Orders settled",
      "DNS: home is healthy, the name is at home, the standby is healthy",
      "Failovers: seconds to settle, seconds at risk",
      "## Could we move?",
      token === "use1"
        ? "Invokes the orchestrator"
        : "Invoke the orchestrator (standby-reachable is normally in ALARM state)",
      "Probes of the regions",
      "The standby could not take over",
      "## What is open?",
      "Open orders",
      "Oldest open order, seconds",
      "Queues",
      "## What lags?",
      "Behind the other region",
      "## Which part fails?",
      "Errors of functions",
      "Duration of functions, milliseconds",
      "Database",
    ]);
  });

  test("shows every alarm that notifies its region's alerts topic, including those about failing over", () => {
    const alerts = program.one("sns/topic", `topics-${token}-alerts`).state.arn;
    const all = [
      ...program.all("cloudwatch/metricAlarm"),
      ...program.all("cloudwatch/compositeAlarm"),
    ]
      .filter(({ inputs }) => (inputs.alarmActions as unknown[] | undefined)?.includes(alerts))
      .map(({ state }) => state.arn);
    expect([...titled(/^Alarms$/).alarms!].sort()).toEqual(all.sort());
  });

  test("shows the alarm that invokes the orchestrator, and the alarms in its rule", () => {
    const failover = program.one("sns/topic", `topics-${token}-failover`).state.arn;
    const [composite] = program
      .all("cloudwatch/compositeAlarm")
      .filter(({ inputs }) => (inputs.alarmActions as unknown[]).includes(failover));
    const notified = new Set(titled(/^Alarms$/).alarms);
    const inRule = program
      .all("cloudwatch/metricAlarm")
      .filter(
        ({ inputs, region: of }) =>
          of === region && String(composite!.inputs.alarmRule).includes(`"${String(inputs.name)}"`),
      )
      .map(({ state }) => String(state.arn));
    expect(inRule).not.toEqual([]);
    const shown = titled(/^Invokes? /).alarms!;
    expect(shown[0]).toBe(composite!.state.arn);
    // Those that also notify people are in the first widget.
    expect(shown.slice(1)).toEqual(inRule.filter((each) => !notified.has(each)));
  });

  test("every metric names an existing resource, in the region that publishes it", () => {
    let seen = 0;
    for (const { properties } of widgets()) {
      for (const metric of properties.metrics ?? []) {
        const { region: of = properties.region } = metric.at(-1) as { region?: string };
        for (let at = 2; at < metric.length - 1; at += 2) {
          const [name, value] = [String(metric[at]), metric[at + 1]];
          if (name === "Region") expect(value).toBe(of);
          const [type, property] = known[name] ?? ["", ""];
          if (type === "") {
            expect(["Environment", "Region", "ReceivingRegion", "RuleId"]).toContain(name);
            continue;
          }
          const values = program
            .all(type)
            .filter((each) => acrossRegions.has(name) || each.region === of)
            .map(({ id, state }) => (property === "id" ? id : state[property]));
          expect([properties.title, name, values.includes(value)]).toEqual([
            properties.title,
            name,
            true,
          ]);
          seen += 1;
        }
      }
    }
    expect(seen).toBeGreaterThan(0);
  });

  test("shows the lag of replication from the other region, in the regions that publish it", () => {
    const [own, other] =
      token === "use1" ? (["use1", "us-east-2"] as const) : (["use2", "us-east-1"] as const);
    const bucket = (of: string) => `dev-archives-123456789012-${of}`;
    const from = own === "use1" ? "use2" : "use1";
    expect(titled(/^Behind/).metrics).toEqual([
      [
        ...["AWS/RDS", "AuroraGlobalDBRPOLag", "DBClusterIdentifier", `dev-orders-${own}`],
        { stat: "Maximum" },
      ],
      [
        ...["AWS/DynamoDB", "ReplicationLatency", "TableName", "dev-sessions"],
        ...["ReceivingRegion", region, { stat: "Average", region: other }],
      ],
      [
        ...["AWS/S3", "ReplicationLatency", "SourceBucket", bucket(from)],
        ...["DestinationBucket", bucket(own), "RuleId", `to-${own}`, { stat: "Maximum" }],
      ],
    ]);
  });

  test("no widgets overlap", () => {
    const all = widgets();
    for (const one of all) {
      expect(one.x + one.width).toBeLessThanOrEqual(24);
      const overlapping = all.filter(
        (other) =>
          other !== one &&
          other.x < one.x + one.width &&
          one.x < other.x + other.width &&
          other.y < one.y + one.height &&
          one.y < other.y + other.height,
      );
      expect(overlapping).toEqual([]);
    }
  });
});
