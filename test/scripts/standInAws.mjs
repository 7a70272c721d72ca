// RDS and Lambda as far as scripts/ ask them, over the world of the stand-in engine: a server, or
// with the argument `failover` a takeover in that world, where the oldest cluster is the writer.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import * as path from "node:path";

const world = path.join(process.env.RIG_STATE, "world");

/** File and record of every live resource of a type. */
const resources = (type) =>
  readdirSync(world)
    .map((name) => path.join(world, name))
    .map((file) => ({ file, record: JSON.parse(readFileSync(file, "utf8")) }))
    .filter(({ record }) => record.type === type);

/** The database clusters, the writer first. */
const clusters = () =>
  resources("aws:rds/cluster:Cluster").sort((a, b) => (a.record.at < b.record.at ? -1 : 1));

const save = ({ file, record }) => writeFileSync(file, JSON.stringify(record));

/** Swaps writer and reader, and raises the epoch in the path of home's health check. */
function failOver() {
  const [writer, reader] = clusters();
  [writer.record.at, reader.record.at] = [reader.record.at, writer.record.at];
  const checks = resources("aws:route53/healthCheck:HealthCheck");
  const home = checks.filter(({ record }) => record.inputs.resourcePath?.includes("after="));
  for (const { record } of home) record.byHand = { resourcePath: "/v1/health?after=1" };
  [writer, reader, ...home].forEach(save);
}

const invoked = {
  done: true,
  action: { do: "nothing", because: "disarmed" },
  control: { target: null, disarmedUntilMs: Date.now() + 900_000 },
};

/** Answers of RDS, the inside of its XML. */
const actions = {
  DescribeGlobalClusters(query) {
    const id = query.get("GlobalClusterIdentifier");
    const members = clusters()
      .filter(({ record }) => record.inputs.globalClusterIdentifier === id)
      .map(({ record }, index) => ({ DBClusterArn: record.arn, IsWriter: index === 0 }))
      .map((member) => element("GlobalClusterMember", member));
    const global = { GlobalClusterIdentifier: id, GlobalClusterMembers: members.join("") };
    return `<GlobalClusters>${element("GlobalClusterMember", global)}</GlobalClusters>`;
  },
  RemoveFromGlobalCluster(query) {
    const found = clusters().find(({ record }) => record.arn === query.get("DbClusterIdentifier"));
    delete found.record.inputs.globalClusterIdentifier;
    save(found);
    return "";
  },
  DescribeDBClusters(query) {
    const id = query.get("DBClusterIdentifier");
    const found = clusters().find(({ record }) => record.id === id);
    const { engineVersion = "15.10" } = found?.record.inputs ?? {};
    const cluster = { Status: "available", EngineVersion: engineVersion };
    return `<DBClusters>${element("DBCluster", cluster)}</DBClusters>`;
  },
};

function element(name, fields) {
  const inside = Object.entries(fields).map(([key, value]) => `<${key}>${value}</${key}>`);
  return `<${name}>${inside.join("")}</${name}>`;
}

function answer(url, body) {
  if (url.endsWith("/invocations")) return JSON.stringify(invoked);
  if (/\/account-settings\/?$/.test(url)) return "{}";
  const query = new URLSearchParams(body);
  const action = query.get("Action");
  if (!(action in actions))
    throw new Error(`stand-in AWS: got ${url} ${body}; it answers only ${Object.keys(actions)}`);
  const result = `<${action}Result>${actions[action](query)}</${action}Result>`;
  return `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/">${result}</${action}Response>`;
}

if (process.argv[2] === "failover") failOver();
else {
  createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => response.end(answer(request.url, body)));
  }).listen(Number(process.env.PORT), "127.0.0.1");
}
