import {
  type HttpAnswer,
  type HttpRequest,
  OWN_ISSUER,
  PROBE_TIMEOUT_MS,
  keySetUrl,
} from "../shipped";
import type { AssumptionName } from "../assumptions";
import { serviceError } from "../../support/aws/errors";
import { type Input, type Reply, type Service, actionOf } from "./awsService";
import type { Base } from "./base";
import type { Environment } from "./environment";
import { type KeyOwner, type KeyRing, ownRing, providerRing, tokenOf } from "./keyRing";

/** How long a client's token is valid, and how long before its end the client gets a new one. */
const TOKEN_SECONDS = 900;
const RENEWED_BEFORE_SECONDS = 60;

interface IssuedToken {
  readonly text: string;
  readonly ring: string;
  readonly renewMs: number;
}

/**
 * Where functions read the keys of tokens: Secrets Manager with the platform's own keys, and the
 * identity provider if the program names one. It also issues clients' tokens.
 */
export class KeySources implements Service {
  readonly name = "secretsmanager";
  private readonly rings = new Map<KeyOwner, KeyRing>();
  private readonly ownerByArn = new Map<string, KeyOwner>();
  private readonly issued = new Map<string, IssuedToken>();
  /** Undefined if the platform's own keys sign clients' tokens. */
  private readonly provider: { issuer: string; audience: string; keySetUrl: string } | undefined;

  constructor(private readonly base: Base) {
    const { environment = {} } =
      [...base.program.functions.values()].find(({ stem }) => stem === "authorizer") ?? {};
    const issuer = environment["AUTH_ISSUER"];
    if (issuer !== undefined) {
      const audience = environment["AUTH_AUDIENCE"] ?? "";
      this.provider = { issuer, audience, keySetUrl: keySetUrl(issuer) };
      this.rings.set("clients", providerRing());
    }
    this.addSecret("clients", environment["TOKEN_SECRET_ARN"]);
    this.addSecret("canaries", environment["CANARY_SECRET_ARN"]);
  }

  private addSecret(owner: KeyOwner, arn: string | undefined): void {
    const secret = this.base.program.secrets.find(({ arns }) => arn && arns.includes(arn));
    if (secret === undefined) return;
    this.rings.set(owner, ownRing(secret.text));
    for (const copy of secret.arns) this.ownerByArn.set(copy, owner);
  }

  /** @throws Error if the program has no such keys */
  ringOf(owner: KeyOwner): KeyRing {
    const ring = this.rings.get(owner);
    if (ring === undefined) throw new Error(`the program has no keys of ${owner}`);
    return ring;
  }

  /** The present token of a client. It gets a new one when another key signs or the old one ends. */
  tokenOf(account: string): string {
    const ring = this.ringOf("clients");
    const { nowMs } = this.base;
    const kept = this.issued.get(account);
    if (kept !== undefined && kept.renewMs > nowMs && kept.ring === ring.signatures[0]) {
      return kept.text;
    }
    const text = ring.sign(this.claimsOf(account));
    const renewMs = nowMs + (TOKEN_SECONDS - RENEWED_BEFORE_SECONDS) * 1000;
    this.issued.set(account, { text, renewMs, ring: ring.signatures[0]! });
    return text;
  }

  /** A stranger's token that looks like a client's. No key has signed it. */
  junkToken(id: number): string {
    const alg = this.ringOf("clients").isProvider ? "RS256" : "HS256";
    return tokenOf({ alg, kid: `junk-${id}` }, this.claimsOf(`stranger-${id}`), "junk");
  }

  private claimsOf(sub: string): object {
    const { issuer: iss = OWN_ISSUER, audience: aud } = this.provider ?? {};
    return { iss, aud, sub, exp: Math.floor(this.base.nowMs / 1000) + TOKEN_SECONDS };
  }

  latency(): AssumptionName {
    return "secretCallMs";
  }

  permission(_region: string, command: string, input: Input): readonly [string, string] {
    return [actionOf(this.name, command), String(input["SecretId"])];
  }

  handle(_region: string, command: string, input: Input, reply: Reply): void {
    if (command !== "GetSecretValueCommand") throw new Error(`${command} is not modelled`);
    const owner = this.ownerOfSecret(String(input["SecretId"]));
    if (owner === undefined) {
      return reply.fail(serviceError("ResourceNotFoundException", "Secrets Manager can't find it"));
    }
    this.answer(owner, ({ status, body }) => {
      if (status === 200) return reply.ok({ SecretString: body });
      reply.fail(serviceError("InternalServiceError", `status ${status}`));
    });
  }

  ownerOfSecret(arn: string): KeyOwner | undefined {
    return this.ownerByArn.get(arn);
  }

  /** True if the request asks for the provider's key set. */
  isForProvider({ url }: HttpRequest): boolean {
    return url === this.provider?.keySetUrl;
  }

  /** Answers over the internet. A lost region gets no answer: its environments are dead. */
  requestKeySet(answered: (answer: HttpAnswer) => void): void {
    this.base.afterDraw("internetMs", () =>
      this.answer("clients", (answer) => this.base.afterDraw("internetMs", () => answered(answer))),
    );
  }

  private answer(owner: KeyOwner, answered: (answer: HttpAnswer) => void): void {
    const good = (): void => answered({ status: 200, body: this.ringOf(owner).published });
    const disturbed = this.base.hooks.keys.ask(owner);
    if (disturbed === undefined) return good();
    if (disturbed === "hang") return;
    if ("status" in disturbed) return answered(disturbed);
    this.base.simulation.after(disturbed.delayMs, good);
  }

  /** Reports what a function reads. The function that it returns is called with the answer. */
  reading(by: Environment, owner: KeyOwner): (text: unknown) => void {
    const { base } = this;
    const untilMs = base.nowMs + PROBE_TIMEOUT_MS;
    base.happened({ kind: "keys asked", owner, by });
    return (text) => {
      const ring = this.ringOf(owner);
      // A later answer finds nobody who waits for it.
      if (text !== ring.published || base.nowMs >= untilMs) return;
      base.happened({ kind: "keys read", by, signatures: ring.signatures });
    };
  }

  /** True if a published key has signed the token, which is still valid. */
  isGood(token: string): boolean {
    const [, payload = "", signature = ""] = token.split(".");
    if (![...this.rings.values()].some(({ signatures }) => signatures.includes(signature))) {
      return false;
    }
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp: number };
    return exp * 1000 > this.base.nowMs;
  }
}
