import { type PostgresServer, type TlsFiles, startPostgres } from "../../support/postgres/postgres";
import { ownedDirectory, removed } from "../processes";
import { Aws } from "./aws";
import { makeCertificate } from "./certificate";
import { type Means, cpuShareOf } from "./cpuShare";
import { Dynamodb, type DynamodbSettings } from "./dynamodb";
import { type Deployed, type DeployedFunction, deployed } from "./program";
import { Queues } from "./queues";
import { Sandbox } from "./sandbox";

export const HOME = "us-east-1";
export const STANDBY = "us-east-2";

export const DATABASE = "trading";
/** What the index lags behind here; on AWS it is milliseconds as a rule. */
const INDEX_LAG_MS = 100;
/** DynamoDB's limit for one key (DynamoDB: partition limits). */
const WRITE_UNITS_PER_KEY = 1_000;

interface SandboxOptions {
  /** Share of a CPU; the default follows from the function's memory. */
  cpuShare?: number;
  means?: Means;
  /** Ports of proxies that stand before the servers. */
  awsPort?: number;
  databasePort?: number;
  /** Variables of its own, in the place of those that it would have. */
  environment?: Readonly<Record<string, string>>;
}

/** The servers that the functions call, and sandboxes that run the functions against them. */
export class Live {
  readonly dynamodb: Dynamodb;
  readonly queues = new Queues();
  readonly aws: Aws;
  /** Texts of secrets by ARN; may be changed while the harness runs. */
  readonly secrets: Map<string, string>;
  /** May be changed while the harness runs. */
  readonly settings: DynamodbSettings = {
    indexLagMs: INDEX_LAG_MS,
    writeUnitsPerKey: WRITE_UNITS_PER_KEY,
  };
  awsPort = 0;
  private readonly sandboxes: Sandbox[] = [];

  private constructor(
    readonly program: Deployed,
    readonly postgres: PostgresServer,
    readonly tls: TlsFiles,
    private readonly directory: string,
  ) {
    this.dynamodb = new Dynamodb(program.tables, this.settings);
    const { dynamodb, queues } = this;
    const user = JSON.stringify({ username: "postgres", password: "postgres" });
    const ofDatabases = [HOME, STANDBY].map((region) => {
      const { environment } = program.function("dbMigration", region);
      return [environment["DATABASE_SECRET_ARN"]!, user] as const;
    });
    this.secrets = new Map([...program.secrets, ...ofDatabases]);
    this.aws = new Aws({ dynamodb, queues, secrets: this.secrets }, tls);
  }

  /**
   * Starts the servers. The database is empty.
   * @param startDatabase starts another database than one that asks for no password.
   */
  static async start(
    startDatabase: (tls: TlsFiles) => Promise<PostgresServer> = (tls) =>
      startPostgres({ database: DATABASE, tls }),
  ): Promise<Live> {
    const directory = ownedDirectory();
    const tls = makeCertificate(directory);
    const [program, postgres] = await Promise.all([deployed(directory), startDatabase(tls)]);
    const live = new Live(program, postgres, tls, directory);
    live.awsPort = await live.aws.listen();
    return live;
  }

  async sandbox(stem: string, region: string, options: SandboxOptions = {}): Promise<Sandbox> {
    const deployed = this.program.function(stem, region);
    const { cpuShare = cpuShareOf(deployed.memoryMb), means } = options;
    const sandbox = await Sandbox.start({
      bundle: deployed.bundle,
      environment: this.environmentOf(deployed, options),
      timeoutSeconds: deployed.timeoutSeconds,
      cpuShare,
      ...(means === undefined ? {} : { means }),
    });
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  /** Runs db-migration: the schema is there afterwards, and the database has the epoch. */
  async activateDatabase(epoch: number): Promise<void> {
    const sandbox = await this.sandbox("dbMigration", HOME, { cpuShare: 1 });
    for (const event of [{ migrate: true }, { activate: epoch }]) {
      const outcome = await sandbox.invoke(event);
      if (outcome.kind === "answered") continue;
      const lines = sandbox.lines.join("\n");
      throw new Error(`live: db-migration: ${JSON.stringify(outcome)}\n${lines}`);
    }
    await sandbox.stop();
  }

  /** The program's variables, with addresses that lead to the harness; and those of Lambda itself. */
  private environmentOf(
    { environment, region, memoryMb }: DeployedFunction,
    {
      awsPort = this.awsPort,
      databasePort = this.postgres.port,
      environment: other = {},
    }: SandboxOptions,
  ): Record<string, string> {
    const endpoint = `https://127.0.0.1:${awsPort}`;
    const own = Object.entries(environment).map(([name, value]) => {
      if (/^DATABASE_(READER_)?ENDPOINT$/.test(name)) return [name, "localhost"];
      return [name, value.replace(/^https:\/\/sqs\.[\w-]+\.amazonaws\.com/, endpoint)];
    });
    return {
      ...(Object.fromEntries(own) as Record<string, string>),
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
      AWS_SESSION_TOKEN: "example",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_ENDPOINT_URL: endpoint,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      NODE_EXTRA_CA_CERTS: this.tls.certificate,
      PGPORT: String(databasePort),
      ...other,
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.stop()));
    this.aws.stop();
    await this.postgres.stop();
    removed(this.directory);
  }
}
