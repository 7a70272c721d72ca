import type { AssumptionName } from "../assumptions";
import type { GlobalDatabaseDescription } from "../description/data";
import type { Aurora, Member } from "./aurora";
import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";
import { type Input, type Reply, type Service, actionOf } from "./awsService";

/** A failover or switchover in progress. */
interface Move {
  from: Member;
  to: Member;
  losesData: boolean;
}

/** What an available cluster may be busy with. A cluster in maintenance cannot take over. */
export type Busy = "maintenance" | "backing-up";

const describes = /^Describe/;

/** The control plane of the global database, in every region that is up. */
export class Rds implements Service {
  readonly name = "rds";
  private move: Move | undefined;
  private readonly global: GlobalDatabaseDescription;
  /**
   * Faults: regions whose control plane does not answer, and the number of promotions to reject.
   */
  readonly down = new Set<string>();
  refusals = 0;
  /** Faults: what a region's cluster is busy with, and whether that prevents its promotion. */
  readonly busy = new Map<string, Busy>();
  readonly unpromotable = new Set<string>();
  /** A promotion time set by a scenario, instead of a drawn one. */
  promotionMs: number | undefined;

  constructor(
    private readonly base: Base,
    private readonly aurora: Aurora,
  ) {
    this.global = aurora.global;
    base.network.onChange(() => this.rebuildWhereNeeded());
  }

  latency(command: string): AssumptionName {
    return describes.test(command) ? "rdsDescribeMs" : "rdsCallMs";
  }

  permission(region: string, command: string, input: Input): readonly [string, ...string[]] {
    const action = actionOf("rds", command);
    const { account } = this.base.program;
    switch (command) {
      case "DescribeGlobalClustersCommand":
        return [action, this.global.arn];
      case "DescribeDBClustersCommand":
        return [
          action,
          `arn:aws:rds:${region}:${account}:cluster:${String(input["DBClusterIdentifier"])}`,
        ];
      case "DescribeDBInstancesCommand":
        return [action, `arn:aws:rds:${region}:${account}:db:*`];
      default:
        return [action, this.global.arn, ...this.global.clusters.map((cluster) => cluster.arn)];
    }
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    if (this.down.has(region)) return;
    switch (command) {
      case "DescribeGlobalClustersCommand":
        return reply.ok({ GlobalClusters: [this.describeGlobal()] });
      case "DescribeDBClustersCommand":
        return this.describeCluster(region, String(input["DBClusterIdentifier"]), reply);
      case "DescribeDBInstancesCommand":
        return reply.ok({ DBInstances: this.describeInstances(region) });
      case "FailoverGlobalClusterCommand":
        return this.start(region, input, input["AllowDataLoss"] === true, reply);
      case "SwitchoverGlobalClusterCommand":
        return this.start(region, input, false, reply);
      default:
        throw new Error(`${command} is not modelled`);
    }
  }

  private describeGlobal(): object {
    const { move } = this;
    return {
      GlobalClusterIdentifier: this.global.identifier,
      GlobalClusterArn: this.global.arn,
      Status: move === undefined ? "available" : move.losesData ? "failing-over" : "switching-over",
      GlobalClusterMembers: [...this.aurora.members.values()].map(({ cluster, role }) => ({
        DBClusterArn: cluster.arn,
        IsWriter: role === "writer",
        SynchronizationStatus: role === "discarded" ? "pending-resync" : "connected",
      })),
      ...(move === undefined
        ? {}
        : {
            FailoverState: {
              Status: move.losesData ? "failing-over" : "switching-over",
              FromDbClusterArn: move.from.cluster.arn,
              ToDbClusterArn: move.to.cluster.arn,
              IsDataLossAllowed: move.losesData,
            },
          }),
    };
  }

  private describeCluster(region: string, reference: string, reply: Reply): void {
    const member = this.aurora.members.get(region);
    const { cluster } = member ?? {};
    if (cluster === undefined || ![cluster.identifier, cluster.arn].includes(reference)) {
      const message = `DBCluster ${reference} not found in ${region}`;
      return reply.fail(serviceError("DBClusterNotFoundFault", message));
    }
    reply.ok({
      DBClusters: [
        {
          DBClusterIdentifier: cluster.identifier,
          DBClusterArn: cluster.arn,
          Status: this.statusOf(member!),
        },
      ],
    });
  }

  private statusOf(member: Member): string {
    if (this.move?.to === member || this.move?.from === member) return "promoting";
    if (member.role === "discarded") return "resyncing";
    return this.busy.get(member.cluster.region) ?? "available";
  }

  private describeInstances(region: string): object[] {
    const member = this.aurora.members.get(region);
    return (member?.cluster.instanceIdentifiers ?? []).map((identifier) => ({
      DBInstanceIdentifier: identifier,
      DBInstanceStatus: member!.isDown ? "failed" : "available",
    }));
  }

  private start(region: string, input: Input, losesData: boolean, reply: Reply): void {
    const { writer } = this.aurora;
    const to = [...this.aurora.members.values()].find(
      ({ cluster }) => cluster.arn === input["TargetDbClusterIdentifier"],
    );
    const refuse = (message: string): void =>
      reply.fail(serviceError("InvalidGlobalClusterStateFault", message));
    if (to === undefined) {
      return reply.fail(serviceError("DBClusterNotFoundFault", "no such member"));
    }
    if (this.move !== undefined) return refuse("a failover or switchover is under way");
    if (to.role !== "reader") return refuse(`the target is a ${to.role}, not a reader`);
    if (to.cluster.instanceIdentifiers.length === 0) return refuse("the target has no instance");
    if (this.unpromotable.has(to.cluster.region)) {
      const message = `the target is in ${this.statusOf(to)}`;
      return reply.fail(serviceError("InvalidDBClusterStateFault", message));
    }
    const expected = losesData ? to : writer;
    if (region !== expected.cluster.region) {
      return refuse(`must be called in ${expected.cluster.region}, not in ${region}`);
    }
    if (this.refusals > 0) {
      this.refusals--;
      return refuse("the global cluster is not in a state to fail over");
    }
    this.move = { from: writer, to, losesData };
    const promotionMs = this.begin(this.move);
    const kind = losesData ? "failover called" : "switchover called";
    this.base.happened({ kind, region: to.cluster.region, promotionMs });
    reply.ok({ GlobalCluster: this.describeGlobal() });
  }

  /**
   * After this call nothing more arrives from the old writer (failover), or it accepts no more
   * writes (switchover).
   */
  private begin(move: Move): number {
    const { base, aurora } = this;
    if (!move.losesData) {
      move.from.isFenced = true;
      const switchoverMs = base.draw("switchoverSeconds") * 1000;
      base.simulation.after(switchoverMs, () => this.finishSwitchover(move));
      return switchoverMs;
    }
    aurora.replicate();
    const rowsLost = move.to.volume.detach();
    if (base.draw("oldWriterFencedChance") === 1) move.from.isFenced = true;
    const promotionMs = this.promotionMs ?? base.draw("promotionSeconds") * 1000;
    base.simulation.after(promotionMs, () => {
      this.move = undefined;
      move.from.role = "discarded";
      move.to.role = "writer";
      move.to.isFenced = false;
      base.happened({ kind: "writer moved", region: move.to.cluster.region, rowsLost });
      this.rebuildWhereNeeded();
    });
    return promotionMs;
  }

  private finishSwitchover(move: Move): void {
    const { from, to } = move;
    this.move = undefined;
    const { network, nowMs } = this.base;
    if (!network.converses(from.cluster.region, to.cluster.region)) {
      from.isFenced = false;
      return;
    }
    to.volume.catchUp(nowMs);
    to.volume.detach();
    from.volume.follow(to.volume);
    from.role = "reader";
    from.isFenced = false;
    to.role = "writer";
    this.base.happened({ kind: "writer moved", region: to.cluster.region, rowsLost: 0 });
  }

  /** A discarded member is rebuilt once its region and the writer's are connected. */
  private rebuildWhereNeeded(): void {
    for (const member of this.aurora.members.values()) {
      if (member.role !== "discarded" || this.rebuilding.has(member)) continue;
      const canConverse = (): boolean =>
        this.base.network.converses(member.cluster.region, this.aurora.writer.cluster.region);
      if (!canConverse()) continue;
      this.rebuilding.add(member);
      this.base.simulation.after(this.base.draw("rebuildSeconds") * 1000, () => {
        this.rebuilding.delete(member);
        if (member.role !== "discarded") return;
        if (canConverse()) this.aurora.rebuild(member);
      });
    }
  }

  private readonly rebuilding = new Set<Member>();
}
