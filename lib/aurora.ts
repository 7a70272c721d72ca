import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { AuroraMember } from "./database/auroraMember";
import { arnInRegion, physicalName } from "./platform/naming";
import type { Network } from "./network/network";
import type { Pair, Platform } from "./platform/platform";
import { PlatformComponent } from "./platform/component";

/** The database inside the cluster. */
export const DATABASE_NAME = "trading";
/** Owner of the schema; only db-migration signs in with it. */
export const MASTER_USERNAME = "trading_master";

const PASSWORD_LENGTH = 40;

export interface AuroraArgs {
  readonly platform: Platform;
  readonly networks: Pair<Network>;
}

/**
 * One global database with a cluster in each region. Which of them writes is not the program's
 * business: it moves, and nothing here names it.
 *
 * `rds.global_db_rpo` stays off: with a single secondary, losing it would block commits at home.
 */
export class Aurora extends PlatformComponent<AuroraArgs> {
  readonly globalCluster: aws.rds.GlobalCluster;
  readonly members: Pair<AuroraMember>;
  /** The master secret and its replica, which is readable without home. */
  readonly secretArns: Pair<pulumi.Output<string>>;

  constructor(name: string, args: AuroraArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Aurora", name, args, opts);
    const { platform, networks } = args;
    const globalCluster = this.createGlobalCluster();
    const password = new random.RandomPassword(
      `${name}-master`,
      // Aurora refuses / @ " and spaces; letters and digits are enough at this length.
      { length: PASSWORD_LENGTH, special: false },
      { parent: this },
    );
    const secret = this.createSecret(password);
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
    this.secretArns = {
      home: secret.arn,
      standby: secret.arn.apply((arn) => arnInRegion(arn, platform.standby.name)),
    };
    this.registerOutputs({ globalClusterId: globalCluster.id });
  }

  /** Empty: made from a cluster it would be replaced over a drifting database name. */
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
      this.childIn(home),
    );
  }

  /** Aurora's own managed passwords are not possible on a member of a global database. */
  private createSecret(password: random.RandomPassword): aws.secretsmanager.Secret {
    const { retention, home, standby, nameOf } = this.args.platform;
    const child = this.childIn(home);
    const secret = new aws.secretsmanager.Secret(
      `${this.name}-master`,
      {
        name: nameOf("secret", "database-master", home),
        description: "Master user of the global database, for db-migration",
        recoveryWindowInDays: retention.secretRecoveryWindowDays,
        // A replica left over by an earlier stack of this name is not an obstacle.
        forceOverwriteReplicaSecret: true,
        replicas: [{ region: standby.name }],
      },
      child,
    );
    new aws.secretsmanager.SecretVersion(
      `${this.name}-master`,
      {
        secretId: secret.id,
        secretString: pulumi.jsonStringify({
          username: MASTER_USERNAME,
          password: password.result,
        }),
      },
      child,
    );
    return secret;
  }
}
