import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { PROCESSOR_TIMEOUT_SECONDS } from "../platform/tunables";
import { createKey } from "../encryption/key";
import type { Network } from "../network/network";
import { createLogGroup } from "../platform/logGroup";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

/**
 * Logs who connects, and changes of the schema and of roles. Not reads and writes: their text holds no
 * order, because orders are parameters, but there are thousands a second.
 */
const auditParameters = [
  {
    name: "shared_preload_libraries",
    value: "pg_stat_statements,pgaudit",
    // Static: takes effect when an instance starts. RDS refuses to apply it immediately.
    applyMethod: "pending-reboot",
  },
  { name: "pgaudit.log", value: "ddl,role" },
  { name: "log_connections", value: "1" },
  { name: "log_disconnections", value: "1" },
];

/** Performance Insights is free for this many days. */
const INSIGHTS_RETENTION_DAYS = 7;

export interface AuroraMemberArgs extends RegionalArgs {
  readonly network: Network;
  readonly globalCluster: aws.rds.GlobalCluster;
  readonly databaseName: string;
  /**
   * Master user of the first member. The second member inherits it, and AWS refuses a second one.
   * @default - a secondary member
   */
  readonly master?: { username: string; password: pulumi.Input<string> };
  /**
   * Instances of the first member. AWS refuses a second cluster until one of them is running. On
   * destroy, the second member is deleted before the first member's last instance.
   * @default - the first member
   */
  readonly after?: readonly aws.rds.ClusterInstance[];
}

/** One region's cluster of the global database, with everything it needs in that region. */
export class AuroraMember extends RegionalComponent<AuroraMemberArgs> {
  /**
   * The names of its endpoints survive a promotion. `endpoint` accepts writes only on the writer.
   */
  readonly cluster: aws.rds.Cluster;
  readonly instances: aws.rds.ClusterInstance[];

  constructor(name: string, args: AuroraMemberArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AuroraMember", name, args, opts);
    const key = this.createKey();
    this.cluster = this.createCluster(
      key,
      this.createSubnetGroup(),
      this.createParameterGroup(),
      this.createLogGroup(),
    );
    this.instances = this.createInstances(this.cluster, key);
    this.registerOutputs({ clusterArn: this.cluster.arn, endpoint: this.cluster.endpoint });
  }

  private get identifier(): string {
    return this.args.platform.nameOf("database", "orders", this.args.region);
  }

  /** The database always has a key of its own: AWS cannot change the key of a cluster. */
  private createKey(): aws.kms.Key {
    const { platform, region } = this.args;
    const description = "Storage and performance data of Aurora";
    return createKey(this.name, { platform, region, what: "database", description }, this.child);
  }

  private createSubnetGroup(): aws.rds.SubnetGroup {
    const { platform, region, network } = this.args;
    return new aws.rds.SubnetGroup(
      this.name,
      {
        name: platform.nameOf("database", "orders", region),
        description: "Isolated subnets of Aurora",
        subnetIds: network.subnets.map((subnet) => subnet.id),
      },
      this.child,
    );
  }

  private createParameterGroup(): aws.rds.ClusterParameterGroup {
    const { platform, region } = this.args;
    const major = platform.config.auroraEngineVersion.split(".")[0] ?? "";
    const idleTimeoutMs = PROCESSOR_TIMEOUT_SECONDS * 1000;
    return new aws.rds.ClusterParameterGroup(
      this.name,
      {
        name: platform.nameOf("database", `orders-pg${major}`, region),
        description: "Cluster parameters of the orders database",
        family: `aurora-postgresql${major}`,
        parameters: [
          { name: "rds.force_ssl", value: "1" },
          // A function that Lambda has frozen must not hold locks for longer than its timeout.
          { name: "idle_in_transaction_session_timeout", value: String(idleTimeoutMs) },
          ...(platform.retention.auditLogs ? auditParameters : []),
        ],
      },
      this.child,
    );
  }

  /** Created before the cluster: a log group that Aurora creates would outlive the stack. */
  private createLogGroup(): aws.cloudwatch.LogGroup {
    const name = `/aws/rds/cluster/${this.identifier}/postgresql`;
    return createLogGroup(this.name, this.args, name, this.child);
  }

  private createCluster(
    key: aws.kms.Key,
    subnetGroup: aws.rds.SubnetGroup,
    parameterGroup: aws.rds.ClusterParameterGroup,
    logGroup: aws.cloudwatch.LogGroup,
  ): aws.rds.Cluster {
    const { platform, globalCluster, network, databaseName, master, after } = this.args;
    const { config, retention } = platform;
    const acu = config.auroraServerlessAcu;
    return new aws.rds.Cluster(
      this.name,
      {
        clusterIdentifier: this.identifier,
        globalClusterIdentifier: globalCluster.id,
        engine: "aurora-postgresql",
        engineVersion: config.auroraEngineVersion,
        ...(master && {
          databaseName,
          masterUsername: master.username,
          masterPassword: master.password,
        }),
        storageEncrypted: true,
        kmsKeyId: key.arn,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [network.databaseSecurityGroup.id],
        dbClusterParameterGroupName: parameterGroup.name,
        iamDatabaseAuthenticationEnabled: true,
        enabledCloudwatchLogsExports: ["postgresql"],
        databaseInsightsMode: "standard",
        ...(acu && {
          serverlessv2ScalingConfiguration: { minCapacity: acu.min, maxCapacity: acu.max },
        }),
        backupRetentionPeriod: retention.backupRetentionDays,
        deleteAutomatedBackups: retention.deleteAutomatedBackups,
        copyTagsToSnapshot: true,
        deletionProtection: retention.deletionProtection,
        skipFinalSnapshot: retention.skipFinalSnapshot,
        ...(!retention.skipFinalSnapshot && {
          finalSnapshotIdentifier: `${this.identifier}-final`,
        }),
        applyImmediately: retention.applyImmediately,
      },
      {
        ...this.child,
        // These differ after a failover or an upgrade. Writing them back would detach or promote a
        // member, and `pulumi up` must not change which member writes.
        ignoreChanges: [
          "globalClusterIdentifier",
          "replicationSourceIdentifier",
          "engineVersion",
          // Rotations write it: scripts/rotate.ts.
          "masterPassword",
        ],
        dependsOn: [logGroup, ...(after ?? [])],
      },
    );
  }

  private createInstances(cluster: aws.rds.Cluster, key: aws.kms.Key): aws.rds.ClusterInstance[] {
    const { platform, region, network } = this.args;
    const { config, retention } = platform;
    const zones = network.subnets.map((subnet) => subnet.availabilityZone);
    return Array.from({ length: config.auroraInstancesPerRegion }, (_, index) => {
      return new aws.rds.ClusterInstance(
        `${this.name}-${index}`,
        {
          identifier: platform.nameOf("database", `orders-${index}`, region),
          clusterIdentifier: cluster.id,
          engine: "aurora-postgresql",
          instanceClass: config.auroraInstanceClass,
          availabilityZone: zones[index % zones.length],
          publiclyAccessible: false,
          // The global cluster upgrades its members together.
          autoMinorVersionUpgrade: false,
          performanceInsightsEnabled: true,
          performanceInsightsKmsKeyId: key.arn,
          performanceInsightsRetentionPeriod: INSIGHTS_RETENTION_DAYS,
          promotionTier: index,
          applyImmediately: retention.applyImmediately,
        },
        this.child,
      );
    });
  }
}
