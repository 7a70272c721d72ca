import { serviceError } from "../../support/aws/errors";
import type { FakeDatabase } from "./fakeDatabase";

/** The global cluster over two volumes: describes itself, fails over, switches over. */
export class FakeGlobalCluster {
  promotion: { to: string; arn: string } | null = null;
  readonly promotions: string[] = [];
  promotionMs = 90_000;
  /** Regions whose member has no available instance. */
  readonly unready = new Set<string>();

  constructor(
    readonly databases: Readonly<Record<string, FakeDatabase>>,
    private readonly arns: Readonly<Record<string, string>>,
    private readonly after: (delayMs: number, fire: () => void) => void,
  ) {}

  get writer(): string {
    return Object.keys(this.databases).find((region) => this.databases[region]!.isWriter)!;
  }

  answer(region: string, command: string, input: Readonly<Record<string, unknown>>): unknown {
    switch (command) {
      case "DescribeGlobalClusters":
        return { GlobalClusters: [this.describe()] };
      case "DescribeDBClusters":
        return { DBClusters: [{ Status: "available" }] };
      case "DescribeDBInstances":
        return {
          DBInstances: [{ DBInstanceStatus: this.unready.has(region) ? "failed" : "available" }],
        };
      default:
        return this.promote(command, String(input["TargetDbClusterIdentifier"]), input);
    }
  }

  private describe(): object {
    return {
      GlobalClusterMembers: Object.entries(this.arns).map(([region, DBClusterArn]) => ({
        DBClusterArn,
        IsWriter: this.databases[region]!.isWriter,
      })),
      ...(this.promotion === null ? {} : { FailoverState: { ToDbClusterArn: this.promotion.arn } }),
    };
  }

  private promote(command: string, arn: string, input: Readonly<Record<string, unknown>>): object {
    const to = Object.keys(this.arns).find((region) => this.arns[region] === arn)!;
    if (this.promotion !== null || to === this.writer) {
      throw serviceError("InvalidGlobalClusterStateFault", "the global cluster is busy or there");
    }
    const isLossy = command === "FailoverGlobalCluster";
    if (isLossy !== (input["AllowDataLoss"] === true)) throw new Error("wrong promotion");
    this.promotions.push(`${isLossy ? "failover" : "switchover"} to ${to}`);
    this.promotion = { to, arn };
    this.after(this.promotionMs, () => this.move(to, isLossy));
    return {};
  }

  /** What had not been replicated is gone; the volume that was left stays readable as it was. */
  private move(to: string, isLossy: boolean): void {
    const [from, next] = [this.databases[this.writer]!, this.databases[to]!];
    if (!isLossy) from.replicateTo(next);
    from.isWriter = false;
    next.isWriter = true;
    this.promotion = null;
  }
}
