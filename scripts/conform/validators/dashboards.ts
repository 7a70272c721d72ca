/** The structure of dashboard bodies, as CloudWatch documents it, and the resources they show. */
import type { AwsRequest } from "../convert/convert";
import { isObject, object, objects, text } from "../convert/pascal";
import type { Report } from "../findings";

const words = (text: string) => new Set(text.split(" "));

const bodyKeys = words("widgets start end periodOverride variables");
const widgetKeys = words("type x y width height properties");
const widgetTypes = words("metric text log alarm explorer");
const metricKeys = words(
  "accountId annotations end labels legend liveData metrics period region setPeriodToTimeRange " +
    "singleValueFullPrecision sparkline stacked start stat table timezone title trend view yAxis",
);
const alarmKeys = words("alarms sortBy states title");
const renderingKeys = words(
  "accountId color expression id label labels period region stat visible yAxis",
);
const views = words("timeSeries singleValue gauge bar pie table");
const statistic =
  /^(SampleCount|Average|Sum|Minimum|Maximum|IQM|p(\d{1,2}(\.\d{1,10})?|100)|(tm|wm|tc|ts|TM|WM|TC|TS|PR)\S+)$/;

/** Dimensions that name a resource of ours, and the request that creates it with its parameter. */
const dimensionOf: Readonly<Record<string, readonly [operation: string, parameter: string]>> = {
  ApiName: ["apigateway.CreateRestApi", "name"],
  CanaryName: ["synthetics.CreateCanary", "Name"],
  DBClusterIdentifier: ["rds.CreateDBCluster", "DBClusterIdentifier"],
  FunctionName: ["lambda.CreateFunction", "FunctionName"],
  QueueName: ["sqs.CreateQueue", "QueueName"],
};

type Check = (rule: string, holds: boolean, message: string) => void;

/** Names of what the requests create, as `us-east-1 sqs.CreateQueue prod-orders-use1`. */
function namesOf(requests: readonly AwsRequest[]): Set<string> {
  const parameters = new Map<string, string>([
    ...Object.values(dimensionOf),
    ["cloudwatch.PutMetricAlarm", "AlarmName"],
    ["cloudwatch.PutCompositeAlarm", "AlarmName"],
  ]);
  return new Set(
    requests.flatMap((request) => {
      const key = parameters.get(request.operation);
      if (key === undefined) return [];
      return [`${request.region} ${request.operation} ${String(request.parameters[key])}`];
    }),
  );
}

export function checkDashboards(requests: readonly AwsRequest[], report: Report): void {
  const names = namesOf(requests);
  for (const { operation, parameters, region, resource } of requests) {
    if (operation !== "cloudwatch.PutDashboard") continue;
    const check: Check = (rule, holds, message) => report.check(rule, resource, holds, message);
    const text = String(parameters["DashboardBody"]);
    const body = JSON.parse(text) as Record<string, unknown>;
    const widgets = objects(body["widgets"]);
    checkKeys("body", body, bodyKeys, check);
    check("size", text.length <= 1_000_000, `${text.length} characters`);
    check("widgets", widgets.length <= 500, `${widgets.length} widgets`);
    const total = widgets.flatMap((each) => rowsOf(each)).length;
    check("metrics of all widgets", total <= 2500, `${total} metrics`);
    checkPlaces(widgets, check);
    for (const widget of widgets) checkWidget(widget, region, names, check);
  }
}

const titleOf = (widget: Record<string, unknown>) => String(object(widget["properties"])["title"]);

function rowsOf(widget: Record<string, unknown>): unknown[][] {
  const { metrics } = object(widget["properties"]);
  return Array.isArray(metrics) ? (metrics as unknown[][]) : [];
}

function checkKeys(
  what: string,
  value: Record<string, unknown>,
  allowed: ReadonlySet<string>,
  check: Check,
): void {
  for (const key of Object.keys(value)) check("key", allowed.has(key), `${what}: ${key}`);
}

/** The grid is 24 wide; widgets must not overlap. */
function checkPlaces(widgets: readonly Record<string, unknown>[], check: Check): void {
  const taken = new Map<string, string>();
  for (const widget of widgets) {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => Number(widget[key]));
    const title = titleOf(widget);
    const fits = x! >= 0 && y! >= 0 && width! >= 1 && height! >= 1 && height! <= 1000;
    check("place", fits && x! + width! <= 24, `${title}: ${x},${y} of ${width} by ${height}`);
    if (!fits) continue;
    let below: string | undefined;
    for (let column = x!; column < x! + width!; column++) {
      for (let row = y!; row < y! + height!; row++) {
        below ??= taken.get(`${column},${row}`);
        taken.set(`${column},${row}`, title);
      }
    }
    check("overlap", below === undefined, `${title} and ${below}`);
  }
}

function checkWidget(
  widget: Record<string, unknown>,
  region: string,
  names: ReadonlySet<string>,
  check: Check,
): void {
  const title = titleOf(widget);
  const properties = object(widget["properties"]);
  checkKeys(title, widget, widgetKeys, check);
  check(
    "widget type",
    widgetTypes.has(String(widget["type"])),
    `${title}: ${String(widget["type"])}`,
  );
  if (widget["type"] === "alarm") {
    checkKeys(title, properties, alarmKeys, check);
    const alarms = properties["alarms"] as string[];
    check("alarms", alarms.length >= 1 && alarms.length <= 100, `${title}: ${alarms.length}`);
    check("twice", new Set(alarms).size === alarms.length, `${title} shows an alarm twice`);
    for (const arn of alarms) {
      const [, , , where, , , name] = arn.split(":");
      const exists = ["Metric", "Composite"].some((kind) =>
        names.has(`${where} cloudwatch.Put${kind}Alarm ${name}`),
      );
      check("alarm", exists && where === region, `${title}: ${arn}`);
    }
  }
  if (widget["type"] === "metric") checkMetrics(widget, names, check);
}

function checkMetrics(
  widget: Record<string, unknown>,
  names: ReadonlySet<string>,
  check: Check,
): void {
  const title = titleOf(widget);
  const properties = object(widget["properties"]);
  checkKeys(title, properties, metricKeys, check);
  const { period, region, stat, view } = properties;
  check("region", typeof region === "string", `${title} names none`);
  check("view", views.has(text(view, "timeSeries")), `${title}: ${String(view)}`);
  const seconds = Number(period ?? 300);
  check(
    "period",
    [1, 5, 10, 20, 30].includes(seconds) || seconds % 60 === 0,
    `${title}: ${seconds}`,
  );
  check("statistic", statistic.test(text(stat, "Average")), `${title}: ${String(stat)}`);
  const rows = rowsOf(widget);
  check("metrics", rows.length >= 1 && rows.length <= 500, `${title}: ${rows.length}`);
  const unique = new Set(rows.map((row) => JSON.stringify(row)));
  check("twice", unique.size === rows.length, `${title} shows a metric twice`);
  for (const row of rows) {
    const last = row.at(-1);
    const rendering = isObject(last) ? last : {};
    checkKeys(title, rendering, renderingKeys, check);
    if ("stat" in rendering) {
      check(
        "statistic",
        statistic.test(String(rendering["stat"])),
        `${title}: ${JSON.stringify(row)}`,
      );
    }
    if ("expression" in rendering) continue;
    const texts = row.filter((item) => typeof item === "string");
    const isWhole = texts.length >= 2 && texts.length % 2 === 0 && texts.length <= 2 + 2 * 30;
    check("row", isWhole, `${title}: ${JSON.stringify(row)}`);
    for (let index = 2; index < texts.length; index += 2) {
      const [operation] = dimensionOf[texts[index]!] ?? [];
      if (operation === undefined) continue;
      const name = `${String(rendering["region"] ?? region)} ${operation} ${texts[index + 1]}`;
      check("dimension", names.has(name), `${title}: there is no ${name}`);
    }
  }
}
