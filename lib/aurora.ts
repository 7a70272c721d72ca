import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { AuroraMember } from "./database/auroraMember";
import { physicalName } from "./platform/naming";
import type { Network } from "./network/network";
import type { Pair, Platform } from "./platform/platform";
import { PlatformComponent } from "./platform/component";
import { type SecretArns, createReplicatedSecret } from "./secrets/replicatedSecret";

/** Name of the database in the cluster. */
export const DATABASE_NAME = "trading";
/** Owner of the schema. Only db-migration signs in as this user. */
export const MASTER_USERNAME = "trading_master";

const PASSWORD_LENGTH = 40;

export interface AuroraArgs {
  readonly platform: Platform;
  readonly networks: Pair<Network>;
}

/**
 * A global database with a cluster in each region. The writer moves between them, so nothing here
 * depends on which cluster is the writer. `rds.global_db_rpo` stays off: with a single secondary,
 * losing that region would block commits in the other one.
 */
export class Aurora extends PlatformComponent<AuroraArgs> {
  readonly globalCluster: aws.rds.GlobalCluster;
  readonly members: Pair<AuroraMember>;
  /** The secret of the master user and its replica, which is readable without the home region. */
  readonly secretArns: SecretArns;

  constructor(name: string, args: AuroraArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Aurora", name, args, opts);
    const { platform, networks } = args;
    const globalCluster = this.createGlobalCluster();
    const password = new random.RandomPassword(
      `${name}-master`,
      // Aurora does not allow / @ " or spaces. Letters and digits are enough at this length.
      { length: PASSWORD_LENGTH, special: false },
      { parent: this },
    );
    const member = { platform, globalCluster, databaseName: DATABASE_NAME };
    const home = new AuroraMember(
      `${name}-${platform.home.code}`,
      {
        ...member,
        region: platform.home,
        network: networks.home,
        master: { username: MASTER_USERNAME, password: password.result },
      },
      { parent: this },
    );
    const standby = new AuroraMember(
      `${name}-${platform.standby.code}`,
      {
        ...member,
        region: platform.standby,
        network: networks.standby,
        after: home.instances,
      },
      { parent: this },
    );

    this.globalCluster = globalCluster;
    this.members = { home, standby };
    this.secretArns = this.createSecret(password);
    this.registerOutputs({ globalClusterId: globalCluster.id });
  }

  /**
   * Created without a source cluster: with one, Pulumi would replace the global cluster whenever
   * the database name differs.
   */
  private createGlobalCluster(): aws.rds.GlobalCluster {
    const { config, retention, home } = this.args.platform;
    return new aws.rds.GlobalCluster(
      this.name,
      {
        globalClusterIdentifier: physicalName("database", config.env, "orders-global"),
        engine: "aurora-postgresql",
        engineVersion: config.auroraEngineVersion,
        databaseName: DATABASE_NAME,
        storageEncrypted: true,
        deletionProtection: retention.deletionProtection,
        forceDestroy: retention.forceDestroy,
      },
      // scripts/deploy.ts upgrades minor versions. The provider's own upgrade never ends for a global
      // cluster that was created empty (scripts/upgrade.ts), and would try to undo an upgrade by AWS.
      { ...this.childIn(home), ignoreChanges: ["engineVersion"] },
    );
  }

  /** RDS cannot manage the master password of a global database in Secrets Manager. */
  private createSecret(password: random.RandomPassword): SecretArns {
    const { platform } = this.args;
    return createReplicatedSecret(
      `${this.name}-master`,
      {
        platform,
        what: "database-master",
        description: "Master user of the global database, for db-migration",
        firstValue: pulumi.jsonStringify({
          username: MASTER_USERNAME,
          password: password.result,
        }),
      },
      this.childIn(platform.home),
    );
  }
}
