import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { WORK_INDEX } from "../lambda/orders/names";
import { arnInRegion, physicalName } from "./platform/naming";
import type { Platform, Region } from "./platform/platform";

export interface DynamodbArgs {
  readonly platform: Platform;
}

/**
 * The two replicated tables. They belong to both regions and have the same name in each, so the
 * name carries no region; home's provider makes them, replicas and witness come with them.
 */
export class Dynamodb extends pulumi.ComponentResource {
  readonly ledgerName: pulumi.Output<string>;
  readonly sessionsName: pulumi.Output<string>;
  private readonly ledgerArn: pulumi.Output<string>;
  private readonly sessionsArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: DynamodbArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:Dynamodb", name, {}, opts);
    const ledger = this.createLedger();
    const sessions = this.createSessions();

    this.ledgerName = ledger.name;
    this.ledgerArn = ledger.arn;
    this.sessionsName = sessions.name;
    this.sessionsArn = sessions.arn;
    this.registerOutputs({ ledgerName: this.ledgerName, sessionsName: this.sessionsName });
  }

  /** The ledger's replica in a region, as policies name it. */
  ledgerArnIn(region: Region): pulumi.Output<string> {
    return this.ledgerArn.apply((arn) => arnInRegion(arn, region.name));
  }

  /** The index `work` of the ledger's replica in a region. */
  workIndexArnIn(region: Region): pulumi.Output<string> {
    return pulumi.interpolate`${this.ledgerArnIn(region)}/index/${WORK_INDEX}`;
  }

  /** The sessions' replica in a region. */
  sessionsArnIn(region: Region): pulumi.Output<string> {
    return this.sessionsArn.apply((arn) => arnInRegion(arn, region.name));
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.platform.home.provider };
  }

  /**
   * Accepted orders and the control items: strongly consistent over two regions and a witness, so
   * that a conditional write is a fence everywhere. Such a table takes no TTL, and its replicas no
   * stream.
   */
  private createLedger(): aws.dynamodb.Table {
    const { config, retention, standby } = this.args.platform;
    return new aws.dynamodb.Table(
      `${this.name}-ledger`,
      {
        name: physicalName("table", config.env, "ledger"),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "pk",
        attributes: [
          { name: "pk", type: "S" },
          { name: "shard", type: "S" },
          { name: "at", type: "S" },
        ],
        globalSecondaryIndexes: [
          {
            name: WORK_INDEX,
            keySchemas: [
              { attributeName: "shard", keyType: "HASH" },
              { attributeName: "at", keyType: "RANGE" },
            ],
            // The sweep reads the items before it re-queues; every further attribute is written
            // once more in each region.
            projectionType: "INCLUDE",
            nonKeyAttributes: ["settledEpoch"],
          },
        ],
        replicas: [
          {
            regionName: standby.name,
            consistencyMode: "STRONG",
            pointInTimeRecovery: true,
            propagateTags: true,
            deletionProtectionEnabled: retention.deletionProtection,
          },
        ],
        globalTableWitness: { regionName: config.witnessRegion },
        ...this.recovery(),
      },
      this.child,
    );
  }

  /** Sessions of traders: last writer wins, which is enough for them, and they expire. */
  private createSessions(): aws.dynamodb.Table {
    const { config, retention, standby } = this.args.platform;
    return new aws.dynamodb.Table(
      `${this.name}-sessions`,
      {
        name: physicalName("table", config.env, "sessions"),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "sessionId",
        attributes: [{ name: "sessionId", type: "S" }],
        ttl: { attributeName: "expiresAtEpochSeconds", enabled: true },
        // Replication of such a table rests on this stream.
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
        replicas: [
          {
            regionName: standby.name,
            pointInTimeRecovery: true,
            propagateTags: true,
            deletionProtectionEnabled: retention.deletionProtection,
          },
        ],
        ...this.recovery(),
      },
      this.child,
    );
  }

  private recovery() {
    const { retention } = this.args.platform;
    return {
      pointInTimeRecovery: {
        enabled: true,
        recoveryPeriodInDays: retention.pointInTimeRecoveryDays,
      },
      deletionProtectionEnabled: retention.deletionProtection,
    };
  }
}
