/** CloudWatch's rules for alarms that the API reference states in prose alone. */
import type { AwsRequest } from "../convert/convert";
import { object, objects, text } from "../convert/pascal";
import type { Report } from "../findings";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const WEEK_SECONDS = 7 * DAY_SECONDS;

const state = /\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+?)"?\s*\)/g;

export function checkAlarms(requests: readonly AwsRequest[], report: Report): void {
  const metricAlarms = requests.filter(
    ({ operation }) => operation === "cloudwatch.PutMetricAlarm",
  );
  const composites = requests.filter(
    ({ operation }) => operation === "cloudwatch.PutCompositeAlarm",
  );
  const names = new Set(
    [...metricAlarms, ...composites].map(
      ({ region, parameters }) => `${region} ${String(parameters["AlarmName"])}`,
    ),
  );
  for (const alarm of metricAlarms) checkMetricAlarm(alarm, report);
  for (const alarm of composites) checkRule(alarm, names, report);
  for (const alarm of [...metricAlarms, ...composites]) checkActions(alarm, report);
}

function checkMetricAlarm({ resource, parameters }: AwsRequest, report: Report): void {
  const check = (rule: string, holds: boolean, message: string) =>
    report.check(rule, resource, holds, message);
  const queries = objects(parameters["Metrics"]);
  const stats = queries.map((query) => object(query["MetricStat"]));
  const periods = [parameters, ...stats].flatMap(({ Period }) =>
    Period === undefined ? [] : [Number(Period)],
  );
  const count = Number(parameters["EvaluationPeriods"]);
  for (const period of periods) {
    const isAllowed = [10, 20, 30].includes(period) || period % 60 === 0;
    check("period", isAllowed, `a period of ${period} s`);
    const longest = period >= HOUR_SECONDS ? WEEK_SECONDS : DAY_SECONDS;
    check("window", period * count <= longest, `${count} periods of ${period} s`);
  }
  const shortest = Math.min(...periods);
  const spaces = [parameters, ...stats.map(({ Metric }) => object(Metric))];
  const isAws = spaces.some(({ Namespace }) => String(Namespace).startsWith("AWS/"));
  check(
    "high resolution",
    shortest >= 60 || !isAws,
    `AWS's metrics have no period of ${shortest} s`,
  );
  const needed = Number(parameters["DatapointsToAlarm"] ?? count);
  check("datapoints", needed >= 1 && needed <= count, `${needed} datapoints of ${count}`);
  const missing = text(parameters["TreatMissingData"], "missing");
  const treatments = ["breaching", "notBreaching", "ignore", "missing"];
  check("missing data", treatments.includes(missing), missing);
  const kinds = Number("MetricName" in parameters) + Number(queries.length > 0);
  check("metric", kinds === 1, "an alarm has either one metric or a list of queries");
  const statistics = Number("Statistic" in parameters) + Number("ExtendedStatistic" in parameters);
  check("statistic", statistics === (queries.length > 0 ? 0 : 1), `${statistics} statistics`);
  if (queries.length > 0) checkQueries(queries, check);
  const warmUp = object(parameters["WarmUpConfiguration"])["WarmUpPeriodDurationInMinutes"];
  if (warmUp !== undefined) {
    const covers = Number(warmUp) * 60 >= shortest * count;
    check("warm-up", covers, `${Number(warmUp)} minutes end before the first evaluation`);
  }
}

function checkQueries(
  queries: readonly Record<string, unknown>[],
  check: (rule: string, holds: boolean, message: string) => void,
): void {
  const ids = queries.map(({ Id }) => String(Id));
  check("queries", queries.length <= 20, `${queries.length} queries`);
  check("query ids", new Set(ids).size === ids.length, ids.join(", "));
  const answers = queries.filter(({ ReturnData }) => ReturnData === true);
  check("result", answers.length === 1, `${answers.length} queries return data`);
  for (const { Id, Expression } of queries) {
    check("query id", /^[a-z][A-Za-z0-9_]*$/.test(String(Id)), String(Id));
    if (Expression === undefined) continue;
    const used = [...text(Expression).matchAll(/\b[a-z][A-Za-z0-9_]*\b/g)].map(([id]) => id);
    const unknown = used.filter((id) => !ids.includes(id));
    check(
      "expression",
      unknown.length === 0,
      `${text(Expression)}: no query ${unknown.join(", ")}`,
    );
  }
}

function checkRule(alarm: AwsRequest, names: ReadonlySet<string>, report: Report): void {
  const { resource, region, parameters } = alarm;
  const rule = String(parameters["AlarmRule"]);
  const children = [...rule.matchAll(state)].map(([, name]) => name!);
  const check = (name: string, holds: boolean, message: string) =>
    report.check(name, resource, holds, message);
  check("rule length", rule.length <= 10_240, `${rule.length} characters`);
  check("children", new Set(children).size <= 100, `${new Set(children).size} alarms`);
  const elements = children.length + (rule.match(/\b(TRUE|FALSE)\b/g) ?? []).length;
  check("elements", elements <= 500, `${elements} elements`);
  for (const name of children) {
    check("child", names.has(`${region} ${name}`), `${region} has no alarm ${name}`);
  }
  const rest = rule.replace(state, "").replace(/\b(AND|OR|NOT|TRUE|FALSE)\b/g, "");
  check("grammar", /^[\s()]*$/.test(rest) && isBalanced(rule), rule.slice(0, 200));
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === "(") depth++;
    if (sign === ")") depth--;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Services that an alarm may act on; the rest of an action's ARN is for the service. */
const actionServices = ["sns", "lambda", "ssm", "ssm-incidents", "aiops", "autoscaling", "swf"];

function checkActions({ resource, region, parameters }: AwsRequest, report: Report): void {
  for (const kind of ["AlarmActions", "OKActions", "InsufficientDataActions"]) {
    const actions = (parameters[kind] ?? []) as string[];
    report.check("actions", resource, actions.length <= 5, `${actions.length} ${kind}`);
    for (const action of actions) {
      const [, , service = "", where] = action.split(":");
      report.check("action", resource, actionServices.includes(service), action);
      report.check("action's region", resource, where === region, `${action} from ${region}`);
    }
  }
}
