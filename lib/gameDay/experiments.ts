/** An experiment of AWS FIS against the home region. */
export interface Experiment {
  /** AWS FIS's action. Its page says what the action does, needs and may change. */
  readonly action: string;
  readonly page: string;
  /** What fails. */
  readonly fault: string;
  readonly expected: "takeover" | "no takeover";
  /** Why that is expected. */
  readonly because: string;
  /** How long the fault lasts. Null: it happens once. */
  readonly minutes: number | null;
}

const REFERENCE = "https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html";

/** Every experiment by its name; the one that leads to a takeover is the last. */
export const experiments = {
  "session-replication": {
    action: "aws:dynamodb:global-table-pause-replication",
    page: `${REFERENCE}#global-table-pause-replication`,
    fault: "sessions are not replicated, in both directions",
    expected: "no takeover",
    because: "no order depends on sessions",
    minutes: 10,
  },
  "archive-replication": {
    action: "aws:s3:bucket-pause-replication",
    page: `${REFERENCE}#bucket-pause-replication`,
    fault: "home's archives are not replicated to the standby region",
    expected: "no takeover",
    because: "no order depends on archives",
    // The pause may begin late: objects may be replicated for up to an hour (AWS FIS reference).
    minutes: 30,
  },
  "database-failover": {
    action: "aws:rds:failover-db-cluster",
    page: `${REFERENCE}#failover-db-cluster`,
    fault: "another instance of home's cluster becomes its writer",
    expected: "no takeover",
    because: "a failover inside the region is over before settling counts as stopped",
    minutes: null,
  },
  "cross-region-connectivity": {
    action: "aws:network:route-table-disrupt-cross-region-connectivity",
    page: `${REFERENCE}#route-table-disrupt-cross-region-connectivity`,
    fault: "home's subnets reach no address of AWS in the standby region",
    expected: "no takeover",
    because: "functions in the network call their own region alone",
    minutes: 10,
  },
  "ledger-replication": {
    action: "aws:dynamodb:global-table-pause-replication",
    page: `${REFERENCE}#global-table-pause-replication`,
    fault: "home's replica of the ledger, which is strongly consistent, is cut off from the others",
    expected: "takeover",
    because: "home can neither accept nor settle orders without the ledger",
    // The pause may begin five minutes late (AWS FIS reference), and a takeover may take five.
    minutes: 20,
  },
} as const satisfies Readonly<Record<string, Experiment>>;

export type ExperimentName = keyof typeof experiments;

/** Marks the bucket of `archive-replication`: AWS FIS selects buckets by their tags alone. */
export const archivesTag = { GameDay: "archive-replication" } as const;
