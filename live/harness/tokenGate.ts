import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { TLSSocket } from "node:tls";
import type { Client } from "pg";
import type { PostgresServer, TlsFiles } from "../../support/postgres/postgres";

/** A token that a client has sent as its password. */
export interface SentToken {
  text: string;
  /** Whether it was made for this user and host, with the right key, and says that it lasts 15 minutes. */
  isGenuine: boolean;
  ageMs: number;
}

interface GateSettings {
  postgres: PostgresServer;
  tls: TlsFiles;
  user: string;
  /** As the client names the database: `localhost:5432`. */
  host: string;
  secretAccessKey: string;
}

/** The message AuthenticationCleartextPassword (PostgreSQL: message formats). */
const PASSWORD_WANTED = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
/** What RDS takes (Aurora User Guide: IAM database authentication). */
const LIFETIME_SECONDS = "900";

/**
 * Stands before PostgreSQL and does what RDS does for IAM authentication: it makes a genuine token that
 * has not expired the user's password. PostgreSQL then checks the password that the client sends.
 */
export class TokenGate {
  readonly sent: SentToken[] = [];
  /** Tokens that are older are expired. Shorter than the 15 minutes of RDS, so that tests can wait. */
  lifetimeMs = Number(LIFETIME_SECONDS) * 1000;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.accept(socket));

  private constructor(
    private readonly settings: GateSettings,
    private readonly superuser: Client,
  ) {}

  static async start(settings: GateSettings): Promise<TokenGate> {
    const superuser = await settings.postgres.connect();
    const { rows } = await superuser.query<{ hba_file: string }>("show hba_file");
    const file = superuser.escapeLiteral(rows[0]!.hba_file);
    await superuser.query(
      `copy (values ('host all ${settings.user} all password'), ('host all all all trust')) to ${file}`,
    );
    await superuser.query("select pg_reload_conf()");
    return new TokenGate(settings, superuser);
  }

  /** @returns the port on the loopback. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      const { server } = this;
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  }

  /** Closes the open connections. */
  reset(): void {
    this.sockets.forEach((socket) => socket.destroy());
  }

  async stop(): Promise<void> {
    this.reset();
    this.server.close();
    await this.superuser.end();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => this.sockets.delete(socket));
    // A client first asks whether the server speaks TLS.
    socket.once("data", () => {
      socket.write("S");
      const { certificate, key } = this.settings.tls;
      const options = { isServer: true, cert: readFileSync(certificate), key: readFileSync(key) };
      this.relay(new TLSSocket(socket, options));
    });
  }

  private relay(client: TLSSocket): void {
    client.on("error", () => undefined);
    client.once("data", (startup: Buffer) => {
      client.write(PASSWORD_WANTED);
      client.once("data", (message: Buffer) => {
        client.pause();
        void this.signIn(client, startup, message);
      });
    });
  }

  /** PostgreSQL reads the password of a role when a connection begins, so it must have it before. */
  private async signIn(client: TLSSocket, startup: Buffer, message: Buffer): Promise<void> {
    // A letter and a length come before the text, a zero follows it.
    await this.judge(message.subarray(5, -1).toString());
    const server = connect(this.settings.postgres.port, "127.0.0.1");
    server.on("error", () => client.destroy()).write(startup);
    client.once("close", () => server.destroy());
    // PostgreSQL wants the password as well, and the client has sent it.
    server.once("data", () => {
      server.write(message);
      client.pipe(server).pipe(client);
    });
  }

  private async judge(text: string): Promise<void> {
    const query = new URLSearchParams(text.slice(text.indexOf("?")));
    const date = query.get("X-Amz-Date") ?? "";
    const ageMs = Date.now() - Date.parse(date.replace(/(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
    const isGenuine = this.isGenuine(text, query, date);
    this.sent.push({ text, isGenuine, ageMs });
    const isAccepted = isGenuine && ageMs <= this.lifetimeMs;
    const password = isAccepted ? this.superuser.escapeLiteral(text) : "null";
    await this.superuser.query(`alter role ${this.settings.user} password ${password}`);
  }

  /** Computes the signature anew (IAM User Guide: Signature Version 4). */
  private isGenuine(text: string, query: URLSearchParams, date: string): boolean {
    const { host, user, secretAccessKey } = this.settings;
    const signature = query.get("X-Amz-Signature");
    query.delete("X-Amz-Signature");
    query.sort();
    const canonical = ["GET", "/", encoded(query), `host:${host}`, "", "host", hash("")].join("\n");
    const scope = (query.get("X-Amz-Credential") ?? "").split("/").slice(1);
    const signed = ["AWS4-HMAC-SHA256", date, scope.join("/"), hash(canonical)].join("\n");
    const first: Buffer | string = `AWS4${secretAccessKey}`;
    const key = scope.reduce<Buffer | string>((with_, part) => hmac(with_, part), first);
    return (
      text.startsWith(`${host}/?`) &&
      query.get("Action") === "connect" &&
      query.get("DBUser") === user &&
      query.get("X-Amz-Expires") === LIFETIME_SECONDS &&
      signature === hmac(key, signed).toString("hex")
    );
  }
}

const encoded = (query: URLSearchParams): string => query.toString().replaceAll("+", "%20");

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();
