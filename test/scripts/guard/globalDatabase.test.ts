import type { GlobalCluster } from "@aws-sdk/client-rds";
import { reasonsToWait, writerRegionOf } from "../../../scripts/guard/globalDatabase";

const arnIn = (region: string) => `arn:aws:rds:${region}:1:cluster:c-${region}`;
const [home, standby] = [arnIn("us-east-1"), arnIn("us-east-2")];
const database = { globalClusterId: "g", clusterArns: [home, standby], urns: [] };
const global = (more: Partial<GlobalCluster> = {}): GlobalCluster => ({
  GlobalClusterMembers: [
    { DBClusterArn: home, IsWriter: true },
    { DBClusterArn: standby, IsWriter: false, SynchronizationStatus: "connected" },
  ],
  ...more,
});
const members = (...list: GlobalCluster["GlobalClusterMembers"] & object) => ({
  GlobalClusterMembers: list,
});

describe("a change of a live stack", () => {
  it("has no reason to wait while home writes and the standby is connected", () => {
    expect(reasonsToWait(database, global())).toEqual([]);
  });

  it("waits while the platform is failed over", () => {
    const failedOver = global(
      members({ DBClusterArn: home }, { DBClusterArn: standby, IsWriter: true }),
    );
    expect(writerRegionOf(failedOver)).toBe("us-east-2");
    expect(reasonsToWait(database, failedOver)).toEqual([
      "us-east-2 writes: the platform is failed over; fail back first",
    ]);
  });

  it("waits while a member is out of sync", () => {
    const rebuilt = { DBClusterArn: standby, SynchronizationStatus: "pending-resync" as const };
    const resyncing = global(members({ DBClusterArn: home, IsWriter: true }, rebuilt));
    expect(reasonsToWait(database, resyncing)).toEqual([
      `${standby} is out of sync (pending-resync)`,
    ]);
  });

  it("waits while RDS moves the writer, or while none writes", () => {
    const moving = global({ FailoverState: { Status: "failing-over" } });
    expect(reasonsToWait(database, moving)).toEqual(["RDS moves the writer (failing-over)"]);
    const nobody = global(members({ DBClusterArn: home }, { DBClusterArn: standby }));
    expect(reasonsToWait(database, nobody)).toEqual(["no member of the global database writes"]);
  });

  it("waits where a cluster of the stack is no member", () => {
    const left = global(members({ DBClusterArn: home, IsWriter: true }));
    expect(reasonsToWait(database, left)).toEqual([`${standby} is not a member of g`]);
    expect(reasonsToWait(database, null)).toHaveLength(2);
  });

  it("has no reason to wait before there is a cluster", () => {
    expect(reasonsToWait(null, null)).toEqual([]);
    expect(reasonsToWait({ globalClusterId: "g", clusterArns: [], urns: [] }, null)).toEqual([]);
  });
});
