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

/** A secret with keys and its replica. Both have their first value once this output resolves. */
export type SecretArns = Pair<pulumi.Output<string>>;

/**
 * The platform's own token keys, in secrets with a replica, so that each region reads its own copy.
 * To rotate keys, an operator writes a new value of the secret: a new key first, the previous first
 * key second. The program never changes the value after it was created.
 */
export class Tokens extends PlatformComponent<TokensArgs> {
  /** Keys of clients' tokens, used if no identity provider is configured. Only the authorizer reads them. */
  readonly clientKeys: SecretArns;
  /**
   * Keys of the canaries' tokens. They are valid for the canary account alone, so whoever reads them
   * cannot act for a client.
   */
  readonly canaryKeys: SecretArns;

  constructor(name: string, args: TokensArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Tokens", name, args, opts);
    this.clientKeys = this.createKeys(name, "token-keys", "Keys of clients' tokens");
    this.canaryKeys = this.createKeys(`${name}-canary`, "canary-keys", "Keys of canaries' tokens");
    this.registerOutputs({ homeSecretArn: this.clientKeys.home });
  }

  private createKeys(name: string, what: string, description: string): SecretArns {
    const version = this.createVersion(name, this.createSecret(name, what, description));
    return {
      home: version.secretId,
      standby: version.secretId.apply((arn) => arnInRegion(arn, this.args.platform.standby.name)),
    };
  }

  private createSecret(name: string, what: string, description: string): aws.secretsmanager.Secret {
    const { retention, home, standby, nameOf } = this.args.platform;
    return new aws.secretsmanager.Secret(
      name,
      {
        name: nameOf("secret", what, home),
        description: `${description}; the first signs, all verify`,
        recoveryWindowInDays: retention.secretRecoveryWindowDays,
        // Overwrites a replica that an earlier stack of this name left.
        forceOverwriteReplicaSecret: true,
        replicas: [{ region: standby.name }],
      },
      this.childIn(this.args.platform.home),
    );
  }

  private createVersion(
    name: string,
    secret: aws.secretsmanager.Secret,
  ): aws.secretsmanager.SecretVersion {
    const keys = KEY_IDS.map((kid) => ({ kid, key: this.createKey(`${name}-${kid}`) }));
    return new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.arn, secretString: pulumi.jsonStringify({ keys }) },
      { ...this.childIn(this.args.platform.home), ignoreChanges: ["secretString"] },
    );
  }

  private createKey(name: string): pulumi.Output<string> {
    const { result } = new random.RandomPassword(
      name,
      { length: KEY_LENGTH, special: false },
      { parent: this },
    );
    return result;
  }
}
