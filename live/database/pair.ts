import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import type { TlsFiles } from "../../support/postgres/postgres";
import { Proxy } from "../harness/proxy";
import { freePort } from "../ports";
import { backUp, ownDataFile, writeDataFile } from "./backup";
import { Server } from "./server";

interface PairSettings {
  /** Folder for both servers. */
  directory: string;
  tls: TlsFiles;
  regions: readonly [writer: string, standby: string];
  database: string;
  master: { username: string; password: string };
}

interface Member {
  server: Server;
  /** The other server replicates through it, so that replication can be cut. */
  link: Proxy;
  linkPort: number;
}

/**
 * Signing in as on Aurora: over TLS alone; the application with a token, which is not checked here;
 * the master user with its password.
 */
const access = (application: string, master: string) => `
hostssl all ${application} 127.0.0.1/32 trust
hostssl all ${master} 127.0.0.1/32 scram-sha-256
host replication postgres 127.0.0.1/32 trust
host all postgres 127.0.0.1/32 trust
`;

/** Two PostgreSQL servers: one writes, the other streams from it. */
export class Pair {
  private readonly members = new Map<string, Member>();

  private constructor(
    private readonly settings: PairSettings,
    /** The region whose server writes. */
    public writer: string,
  ) {}

  static async start(settings: PairSettings, application: string): Promise<Pair> {
    const [writer, standby] = settings.regions;
    const pair = new Pair(settings, writer);
    for (const region of settings.regions) pair.members.set(region, await pair.member(region));
    const { server } = pair.of(writer);
    // Its temporary files go with the folder, also if it is interrupted.
    const env = { ...process.env, TMPDIR: settings.directory };
    execFileSync(process.execPath, [path.join(__dirname, "initdb.mjs"), server.data], { env });
    pair.secure(server.data, application);
    await server.start();
    await pair.createRoles(server);
    await pair.rebuild(standby);
    return pair;
  }

  of(region: string): Member {
    const member = this.members.get(region);
    if (member === undefined) throw new Error(`live: there is no database in ${region}`);
    return member;
  }

  /** The region that does not write. */
  get standby(): string {
    return this.settings.regions.find((region) => region !== this.writer)!;
  }

  /** Makes a region's server the writer. What has not arrived there is lost. */
  async promote(region: string): Promise<void> {
    await this.of(region).server.query("select pg_promote(true)");
    this.writer = region;
  }

  /** Makes the standby the writer after everything has arrived there. */
  async switchOver(): Promise<void> {
    const from = this.writer;
    await this.of(from).server.shutDown();
    await this.promote(this.standby);
    this.follow(from);
    await this.of(from).server.start();
  }

  /** Makes a region's server a new copy of the writer, whatever it had. */
  async rebuild(region: string): Promise<void> {
    const { server } = this.of(region);
    await server.kill();
    rmSync(server.data, { recursive: true, force: true });
    await backUp(this.of(this.writer).server, server.data);
    this.follow(region);
    await server.start();
  }

  /** How many bytes of the writer's log the standby has not applied. Undefined where one is down. */
  async lagBytes(): Promise<number | undefined> {
    try {
      const [row] = await this.of(this.writer).server.query<{ bytes: string | null }>(
        `select min(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) as bytes
         from pg_stat_replication where state = 'streaming'`,
      );
      return typeof row?.bytes === "string" ? Number(row.bytes) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Cuts or restores the replication in both directions. */
  cut(isCut: boolean): void {
    for (const { link } of this.members.values()) {
      link.isBlackHole = isCut;
      // After a gap, the stream must begin again.
      if (!isCut) link.reset();
    }
  }

  async stop(): Promise<void> {
    for (const { server, link } of this.members.values()) {
      link.stop();
      await server.kill();
    }
  }

  private async member(region: string): Promise<Member> {
    const { directory, database } = this.settings;
    const port = await freePort();
    const link = new Proxy(port);
    const server = new Server(path.join(directory, `postgres-${region}`), port, database);
    return { server, link, linkPort: await link.listen() };
  }

  /** The next start of a region's server makes it a standby of the writer. */
  private follow(region: string): void {
    const { data } = this.of(region).server;
    rmSync(path.join(data, "postmaster.pid"), { force: true });
    writeDataFile(data, "standby.signal", "");
    const { linkPort } = this.of(this.writer);
    const from = `host=127.0.0.1 port=${linkPort} user=postgres application_name=${region}`;
    appendFileSync(path.join(data, "postgresql.auto.conf"), `primary_conninfo = '${from}'\n`);
  }

  private secure(data: string, application: string): void {
    const { tls, master } = this.settings;
    for (const [from, name] of [
      [tls.certificate, "server.crt"],
      [tls.key, "server.key"],
    ] as const) {
      copyFileSync(from, path.join(data, name));
      ownDataFile(data, name);
    }
    writeDataFile(data, "pg_hba.conf", access(application, master.username));
  }

  private async createRoles(server: Server): Promise<void> {
    const { master, database } = this.settings;
    const client = await server.connect("postgres");
    const user = client.escapeIdentifier(master.username);
    try {
      await client.query(
        `create role ${user} superuser login password ${client.escapeLiteral(master.password)}`,
      );
      await client.query("create role rds_iam");
      await client.query(`create database ${client.escapeIdentifier(database)} owner ${user}`);
    } finally {
      await client.end();
    }
  }
}
