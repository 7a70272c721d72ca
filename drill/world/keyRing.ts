/** Who signs tokens with the keys. */
export type KeyOwner = "clients" | "canaries";

interface RingKey {
  readonly kid: string;
  /** The key of HS256, or the modulus of RS256. */
  readonly text: string;
}

/** The keys of one owner's tokens. All verify, the first signs. */
export class KeyRing {
  private added = 0;

  /** @param isProvider the keys are those of an identity provider, and otherwise the platform's own */
  constructor(
    private keys: readonly RingKey[],
    readonly isProvider: boolean,
  ) {}

  /** Publishes a key that verifies and does not sign yet. */
  publish(): void {
    const kid = `rotated-${++this.added}`;
    this.keys = [
      ...this.keys,
      { kid, text: Buffer.alloc(MODULUS_BYTES, kid).toString("base64url") },
    ];
  }

  /** The key that was published last signs from now on. */
  promote(): void {
    this.keys = [...this.keys.slice(-1), ...this.keys.slice(0, -1)];
  }

  /** What the secret contains or the provider answers. */
  get published(): string {
    const keys = this.isProvider
      ? this.keys.map(({ kid, text }) => ({ kid, n: text, e: "AQAB", kty: "RSA" }))
      : this.keys.map(({ kid, text }) => ({ kid, key: text }));
    return JSON.stringify({ keys });
  }

  get signatures(): readonly string[] {
    return this.keys.map((key) => this.signatureOf(key));
  }

  sign(claims: object): string {
    const [key] = this.keys;
    const header = { alg: this.isProvider ? "RS256" : "HS256", kid: key!.kid };
    return tokenOf(header, claims, this.signatureOf(key!));
  }

  /** As drill/bundled/plainJose.ts makes it: a signature is the key that made it. */
  private signatureOf({ text }: RingKey): string {
    return this.isProvider ? text : encoded(text);
  }
}

const MODULUS_BYTES = 256;

export function providerRing(): KeyRing {
  const ring = new KeyRing([], true);
  ring.publish();
  return ring;
}

/** @param text the content of the secret */
export function ownRing(text: string): KeyRing {
  const { keys } = JSON.parse(text) as { keys: { kid: string; key: string }[] };
  return new KeyRing(
    keys.map(({ kid, key }) => ({ kid, text: key })),
    false,
  );
}

const encoded = (text: string): string => Buffer.from(text).toString("base64url");

export function tokenOf(header: object, claims: object, signature: string): string {
  return `${encoded(JSON.stringify(header))}.${encoded(JSON.stringify(claims))}.${signature}`;
}
