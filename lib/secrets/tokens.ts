import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Platform } from "../platform/platform";
import { PlatformComponent } from "../platform/component";
import { type SecretArns, createReplicatedSecret } from "./replicatedSecret";

/** Two keys: the first signs, both verify, so that a rotation does not invalidate tokens. */
const KEY_IDS = ["initial-a", "initial-b"] as const;
/** HS256 needs at least 32 bytes. A letter or digit has about six bits. */
const KEY_LENGTH = 64;

export interface TokensArgs {
  readonly platform: Platform;
}

/** The platform's own token keys. `scripts/rotate.ts` rotates them. */
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
    const keys = KEY_IDS.map((kid) => ({ kid, key: this.createKey(`${name}-${kid}`) }));
    const { platform } = this.args;
    return createReplicatedSecret(
      name,
      {
        platform,
        what,
        description: `${description}; the first signs, all verify`,
        firstValue: pulumi.jsonStringify({ keys }),
      },
      this.childIn(platform.home),
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
