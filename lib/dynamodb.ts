import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { WORK_INDEX } from "../lambda/orders/names";
import { arnInRegion, physicalName } from "./platform/naming";
import type { Platform, Region } from "./platform/platform";
import { PlatformComponent } from "./platform/component";

export interface DynamodbArgs {
  readonly platform: Platform;
}

/**
 * The two replicated tables. They have the same name in both regions, so the name has no region.
 * Home's provider creates them together with their replicas and the witness.
 */
export class Dynamodb extends PlatformComponent<DynamodbArgs> {
  readonly ledger: aws.dynamodb.Table;
  readonly sessions: aws.dynamodb.Table;

  constructor(name: string, args: DynamodbArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Dynamodb", name, args, opts);
    this.ledger = this.createLedger();
    this.sessions = this.createSessions();
    this.registerOutputs({ ledgerName: this.ledger.name, sessionsName: this.sessions.name });
  }

  /** ARN of the ledger's replica in a region. */
  ledgerArnIn(region: Region): pulumi.Output<string> {
    return this.ledger.arn.apply((arn) => arnInRegion(arn, region.name));
  }

  /** ARN of the index over open and closed orders in a region. */
  workIndexArnIn(region: Region): pulumi.Output<string> {
    return pulumi.interpolate`${this.ledgerArnIn(region)}/index/${WORK_INDEX}`;
  }

  /** ARN of the sessions' replica in a region. */
  sessionsArnIn(region: Region): pulumi.Output<string> {
    return this.sessions.arn.apply((arn) => arnInRegion(arn, region.name));
  }

  /**
   * Accepted orders and the control items. The table is strongly consistent over two regions and a
   * witness, so a conditional write is a fence in every region. Such a table supports no TTL, and
   * its replicas have no stream.
   */
  private createLedger(): aws.dynamodb.Table {
    const { config, retention, standby } = this.args.platform;
    const { tableKey, replicaKey } = this.encryption();
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
            // Only this one: the sweep reads an item before it re-queues the order, and each
            // further attribute is written in every region.
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
            ...replicaKey,
          },
        ],
        globalTableWitness: { regionName: config.witnessRegion },
        ...this.recovery(),
        ...tableKey,
      },
      this.tableOptions,
    );
  }

  /** Sessions of traders. The last writer wins, which is enough for sessions, and they expire. */
  private createSessions(): aws.dynamodb.Table {
    const { config, retention, standby } = this.args.platform;
    const { tableKey, replicaKey } = this.encryption();
    return new aws.dynamodb.Table(
      `${this.name}-sessions`,
      {
        name: physicalName("table", config.env, "sessions"),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "sessionId",
        attributes: [{ name: "sessionId", type: "S" }],
        ttl: { attributeName: "expiresAtEpochSeconds", enabled: true },
        // An eventually consistent global table replicates through this stream.
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
        replicas: [
          {
            regionName: standby.name,
            pointInTimeRecovery: true,
            propagateTags: true,
            deletionProtectionEnabled: retention.deletionProtection,
            ...replicaKey,
          },
        ],
        ...this.recovery(),
        ...tableKey,
      },
      this.tableOptions,
    );
  }

  /**
   * A table keeps the keys that it was created with. Another key would make the provider delete the
   * replica and create it again, and a strongly consistent table takes replicas only while it is empty.
   */
  private get tableOptions(): pulumi.CustomResourceOptions {
    return {
      ...this.childIn(this.args.platform.home),
      ignoreChanges: ["serverSideEncryption", "replicas[0].kmsKeyArn"],
    };
  }

  /** Each replica is encrypted in its own region. DynamoDB owns the witness and its key. */
  private encryption() {
    const { keys } = this.args.platform;
    if (!keys) return { tableKey: {}, replicaKey: {} };
    return {
      tableKey: { serverSideEncryption: { enabled: true, kmsKeyArn: keys.home.data } },
      replicaKey: { kmsKeyArn: keys.standby.data },
    };
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
