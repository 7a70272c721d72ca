import { APPLICATION_USER, type DatabaseAddress, type Sql } from "../shipped";
import type { ClusterDescription, GlobalDatabaseDescription } from "../description/data";
import type { Base } from "./base";
import type { Environment } from "./environment";
import { databaseError } from "../../support/aws/errors";
import type { IamRequest } from "./awsService";
import type { Permissions } from "./permissions";
import { type Answer, awaitConnection, awaitStatement, awaitUnlocked } from "./sqlClient";
import { type Session, compile } from "./statements";
import { Volume, type VolumeState } from "./volume";

export type MemberRole = "writer" | "reader" | "discarded";

/** One region's cluster: its description, its volume, and its state. */
export interface Member {
  readonly cluster: ClusterDescription;
  /** The permission with which a role may sign in as the application's user. */
  readonly signIn: IamRequest;
  volume: Volume;
  role: MemberRole;
  /** Rejects writes although it is, or was, the writer: it is fenced, or about to hand over. */
  isFenced: boolean;
  /** Its instances do not answer, for example during a failover between AZs. */
  isDown: boolean;
}

/** The data of one global database: volumes, replication, and the statements that run on them. */
export class Aurora {
  readonly members = new Map<string, Member>();
  private readonly endpoints = new Map<string, { member: Member; isWriterEndpoint: boolean }>();
  private volumes = 0;
  private isLinked = true;
  /** Whether a secondary's inactive cluster endpoint resolves to a reader or to nothing. */
  private readonly inactiveResolves: boolean;
  lagMs: number;
  private lagSetAtMs = -Infinity;

  constructor(
    private readonly base: Base,
    private readonly permissions: Permissions,
    readonly global: GlobalDatabaseDescription,
    beginning?: { database: VolumeState; writerRegion: string },
  ) {
    this.lagMs = base.draw("replicationLagMs");
    this.inactiveResolves = base.draw("inactiveEndpointResolvesChance") === 1;
    const first = global.clusters.find(({ isFirstWriter, region }) =>
      beginning === undefined ? isFirstWriter : region === beginning.writerRegion,
    );
    if (first === undefined) throw new Error(`${global.identifier} has no first writer`);
    const writer = Volume.first(this.volumes++, beginning?.database);
    for (const cluster of global.clusters) {
      const user = `dbuser:${cluster.resourceId}/${APPLICATION_USER}`;
      const member: Member = {
        cluster,
        signIn: [
          "rds-db:connect",
          `arn:aws:rds-db:${cluster.region}:${base.program.account}:${user}`,
        ],
        volume: cluster === first ? writer : Volume.following(this.volumes++, writer),
        role: cluster === first ? "writer" : "reader",
        isFenced: false,
        isDown: false,
      };
      this.members.set(cluster.region, member);
      this.endpoints.set(cluster.endpoint, { member, isWriterEndpoint: true });
      this.endpoints.set(cluster.readerEndpoint, { member, isWriterEndpoint: false });
    }
    base.network.onChange(() => this.relink());
  }

  get writer(): Member {
    for (const member of this.members.values()) if (member.role === "writer") return member;
    throw new Error("the global database has no writer");
  }

  /** Every member has its normal role: one writer, and readers that follow it. */
  get isWhole(): boolean {
    return [...this.members.values()].every(({ role }) => role !== "discarded");
  }

  /** Sets the replication lag of rows committed from now on. */
  setLag(lagMs: number): void {
    this.replicate();
    this.lagMs = lagMs;
    this.lagSetAtMs = this.base.nowMs;
  }

  /** How far a region's copy is behind the writer; undefined if it follows none. */
  rpoLagMs(region: string): number | undefined {
    if (!this.isLinked || this.members.get(region)?.role !== "reader") return undefined;
    return Math.min(this.lagMs, this.base.nowMs - this.lagSetAtMs);
  }

  /** Applies to the readers what has arrived by now. */
  replicate(): void {
    if (!this.isLinked) return;
    for (const { role, volume } of this.members.values()) {
      if (role === "reader") volume.catchUp(this.base.nowMs - this.lagMs);
    }
  }

  /** Gives a new volume to a member that returns as a reader. */
  rebuild(member: Member): void {
    member.volume = Volume.following(this.volumes++, this.writer.volume);
    member.role = "reader";
    member.isFenced = false;
    this.base.happened({ kind: "volume rebuilt", region: member.cluster.region });
  }

  /** Opens a connection for one statement, as a function's runtime does. */
  sql(environment: Environment, address: DatabaseAddress): Sql {
    const { simulation } = this.base;
    return <Row>(text: string, values: readonly unknown[]) =>
      new Promise<Row[]>((resolve, reject) => {
        // The master's password is fetched before the connection, without a timeout.
        const { vpcServices } = environment.description;
        if (address.as === "master" && vpcServices?.has("secretsmanager") !== true) return;
        const ok = (rows: readonly object[]): void => resolve(rows as unknown as Row[]);
        const send = (member: Member): void => {
          const session = this.session(member, awaitStatement(simulation, environment, ok, reject));
          const execute = compile(text);
          if (session.isAlive()) execute(session, values);
        };
        this.connect(environment, address, awaitConnection(simulation, environment, send, reject));
      });
  }

  private connect(
    environment: Environment,
    address: DatabaseAddress,
    { ok, fail }: Answer<Member>,
  ): void {
    const found = this.endpoints.get(address.endpoint);
    const { region, vpcServices } = environment.description;
    // Databases are in isolated subnets: only functions in the same region's VPC reach them.
    if (
      found !== undefined &&
      (vpcServices === undefined || found.member.cluster.region !== region)
    ) {
      return;
    }
    const disturbed = this.base.hooks.connect.ask(environment.description);
    if (disturbed === "hang") return;
    const delayMs = disturbed !== undefined && "delayMs" in disturbed ? disturbed.delayMs : 0;
    this.base.simulation.after(delayMs + this.base.draw("databaseConnectMs"), () => {
      if (disturbed instanceof Error) return fail(disturbed);
      const isInactive = found?.isWriterEndpoint === true && found.member.role === "reader";
      if (found === undefined || (isInactive && !this.inactiveResolves)) {
        return fail(databaseError("ENOTFOUND", `getaddrinfo ENOTFOUND ${address.endpoint}`));
      }
      const { member } = found;
      if (member.isDown || this.base.network.isLost(region)) return;
      if (!this.maySignIn(environment, address, member)) {
        return fail(databaseError("28000", `PAM authentication failed for ${address.as}`));
      }
      const database = this.members.values().next().value?.cluster.databaseName;
      if (database !== undefined && address.database !== database) {
        return fail(databaseError("3D000", `database "${address.database}" does not exist`));
      }
      ok(member);
    });
  }

  private maySignIn(environment: Environment, address: DatabaseAddress, member: Member): boolean {
    if (address.as === "master") {
      const secret = environment.description.environment["DATABASE_SECRET_ARN"] ?? "";
      return this.permissions.allow(
        environment.description,
        "secretsmanager:GetSecretValue",
        secret,
      );
    }
    return (
      member.cluster.allowsIamTokens &&
      member.volume.state.hasApplicationUser &&
      this.permissions.refused(environment.description, member.signIn) === undefined
    );
  }

  private session(member: Member, { ok, fail }: Answer<readonly object[]>): Session {
    const { base } = this;
    const { volume } = member;
    const { region } = member.cluster;
    const lock = volume.epochLock;
    // If instances went down in the meantime, the session ended, with everything in progress on it.
    const isAlive = (): boolean =>
      !base.network.isLost(region) && !member.isDown && volume.epochLock === lock;
    this.replicate();
    return {
      volume,
      isAlive,
      // A volume that was replaced during the statement accepts no commit.
      isReadOnly: () => member.role === "reader" || member.isFenced || member.volume !== volume,
      later: (work) =>
        base.simulation.after(this.statementMs(region), () => {
          if (isAlive()) work();
        }),
      locked: (mode, work) => awaitUnlocked(base.simulation, lock, mode, work),
      nowMs: () => base.nowMs,
      refused: (row) => {
        const error = base.hooks.row.ask(row);
        if (error !== undefined) base.happened({ kind: "row refused", region });
        return error;
      },
      committed: (rows) => {
        const right = volume.state.writerEpoch ?? 0;
        base.happened({ kind: "rows committed", region, volumeId: volume.id, rows, right });
      },
      raised: (epoch) =>
        base.happened({ kind: "right raised", region, volumeId: volume.id, epoch }),
      ok,
      fail,
    };
  }

  private statementMs(region: string): number {
    return this.base.draw("statementMs") + (this.base.hooks.statement.ask(region) ?? 0);
  }

  private relink(): void {
    this.replicate();
    for (const { cluster, volume } of this.members.values()) {
      if (this.base.network.isLost(cluster.region)) volume.dropSessions();
    }
    const [one, other] = [...this.members.keys()];
    this.isLinked =
      one === undefined || other === undefined || this.base.network.converses(one, other);
  }
}
