import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { arnInRegion } from "../platform/naming";
import type { Pair, Platform } from "../platform/platform";
import { PlatformComponent } from "../platform/component";

/** Two keys: the first signs, both verify, so that a rotation does not invalidate tokens. */
const KEY_IDS = ["initial-a", "initial-b"] as const;
/** HS256 needs at least 32 bytes. A letter or digit has about six bits. */
const KEY_LENGTH = 64;

export interface TokensArgs {
  readonly platform: Platform;
}

/**
 * The platform's own token keys, in a secret with a replica, so that each region reads its own
 * copy. They sign the tokens of the canaries, and all tokens if no identity provider is configured.
 * To rotate the keys, an operator writes a new value of the secret: a new key first, the previous
 * first key second. The program never changes the value after it was created.
 */
export class Tokens extends PlatformComponent<TokensArgs> {
  /** The secret and its replica. Both have their first value once this output resolves. */
  readonly secretArns: Pair<pulumi.Output<string>>;

  constructor(name: string, args: TokensArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Tokens", name, args, opts);
    const version = this.createVersion(this.createSecret());
    this.secretArns = {
      home: version.secretId,
      standby: version.secretId.apply((arn) => arnInRegion(arn, args.platform.standby.name)),
    };
    this.registerOutputs({ homeSecretArn: this.secretArns.home });
  }

  private createSecret(): aws.secretsmanager.Secret {
    const { retention, home, standby, nameOf } = this.args.platform;
    return new aws.secretsmanager.Secret(
      this.name,
      {
        name: nameOf("secret", "token-keys", home),
        description: "Keys that sign and verify tokens; the first signs, all verify",
        recoveryWindowInDays: retention.secretRecoveryWindowDays,
        // Overwrites a replica that an earlier stack of this name left.
        forceOverwriteReplicaSecret: true,
        replicas: [{ region: standby.name }],
      },
      this.childIn(this.args.platform.home),
    );
  }

  private createVersion(secret: aws.secretsmanager.Secret): aws.secretsmanager.SecretVersion {
    const keys = KEY_IDS.map((kid) => ({ kid, key: this.createKey(kid) }));
    return new aws.secretsmanager.SecretVersion(
      this.name,
      { secretId: secret.arn, secretString: pulumi.jsonStringify({ keys }) },
      { ...this.childIn(this.args.platform.home), ignoreChanges: ["secretString"] },
    );
  }

  private createKey(kid: string): pulumi.Output<string> {
    const { result } = new random.RandomPassword(
      `${this.name}-${kid}`,
      { length: KEY_LENGTH, special: false },
      { parent: this },
    );
    return result;
  }
}
