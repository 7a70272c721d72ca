import type { Resource } from "../description/lookup";
import type { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { worldOf } from "./worldOf";

const HOME = "us-east-1";
const STANDBY = "us-east-2";

let resources: readonly Resource[];
let world: World;

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

beforeEach(() => (world = worldOf(resources, [], {})));

/** The answer of RDS in the standby's region, or the name of its error. */
function ask(command: string, input: object): unknown {
  let answer: unknown;
  world.rds.handle(STANDBY, command, input as Readonly<Record<string, unknown>>, {
    ok: (value) => (answer = value),
    fail: (error) => (answer = error.name),
  });
  return answer;
}

const clusterOf = (region: string) => world.aurora.members.get(region)!.cluster;
const status = (): unknown =>
  ask("DescribeDBClustersCommand", { DBClusterIdentifier: clusterOf(STANDBY).arn });
const promote = (): unknown =>
  ask("FailoverGlobalClusterCommand", {
    GlobalClusterIdentifier: world.aurora.global.identifier,
    TargetDbClusterIdentifier: clusterOf(STANDBY).arn,
    AllowDataLoss: true,
  });

it("reports a busy cluster's status and still promotes it", () => {
  expect(status()).toMatchObject({ DBClusters: [{ Status: "available" }] });
  world.rds.busy.set(HOME, "maintenance").set(STANDBY, "backing-up");
  expect(status()).toMatchObject({ DBClusters: [{ Status: "backing-up" }] });
  expect(promote()).toMatchObject({ GlobalCluster: { Status: "failing-over" } });
  expect(status()).toMatchObject({ DBClusters: [{ Status: "promoting" }] });
});

it("rejects the promotion of a cluster only if a fault prevents it", () => {
  world.rds.unpromotable.add(HOME).add(STANDBY);
  expect(promote()).toBe("InvalidDBClusterStateFault");
  world.rds.unpromotable.delete(STANDBY);
  expect(promote()).toMatchObject({ GlobalCluster: { Status: "failing-over" } });
});
