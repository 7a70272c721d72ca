import type { GlobalCluster } from "@aws-sdk/client-rds";
import { databaseIn, drain, drainStack, type Database } from "../../scripts/drain";
import { runScript } from "./fakes";

const GLOBAL = "pr-42-orders-global";
const arnOf = (region: string, token: string) =>
  `arn:aws:rds:${region}:123456789012:cluster:pr-42-orders-${token}`;
const HOME = arnOf("us-east-1", "use1");
const STANDBY = arnOf("us-east-2", "use2");
const database: Database = { globalClusterId: GLOBAL, clusterArns: [HOME, STANDBY], urns: [] };

/** A global database that lets a member go some looks after it was asked to. */
class FakeRds {
  /** `region Command subject` of every call. */
  readonly calls: string[] = [];
  readonly said: string[] = [];
  nowMs = 0;
  writer: string | null = HOME;
  members = [HOME, STANDBY];
  failoverTo: string | undefined;
  deletionProtection = false;
  exists = true;
  statuses: Record<string, string[]> = {};
  /** Errors of the next removals, by name. */
  refusals: string[] = [];
  looksUntilGone = 1;
  private removing: { arn: string; looks: number } | null = null;

  readonly ports = {
    rds: (region: string) =>
      ({
        send: (command: { constructor: { name: string }; input: Record<string, string> }) =>
          Promise.resolve().then(() =>
            this.answer(region, command.constructor.name, command.input),
          ),
      }) as never,
    clock: {
      nowMs: () => this.nowMs,
      timer: (delayMs: number, fire: () => void) => {
        this.nowMs += delayMs;
        setImmediate(fire);
        return () => undefined;
      },
    },
    say: (line: string) => void this.said.push(line),
  };

  get asked(): string[] {
    return this.calls.filter((call) => !call.includes("Describe"));
  }

  private answer(region: string, command: string, input: Record<string, string>): unknown {
    const id = input["DbClusterIdentifier"] ?? input["DBClusterIdentifier"];
    this.calls.push(`${region} ${command} ${id ?? input["GlobalClusterIdentifier"]}`);
    switch (command) {
      case "DescribeGlobalClustersCommand":
        return { GlobalClusters: [this.describe()] };
      case "RemoveFromGlobalClusterCommand":
        return this.remove(id ?? "");
      default: {
        const left = this.statuses[id ?? ""] ?? ["available"];
        const status = left.length > 1 ? left.shift() : left[0];
        if (status === "gone") throw named("DBClusterNotFoundFault");
        return { DBClusters: [{ Status: status }] };
      }
    }
  }

  private describe(): GlobalCluster {
    if (!this.exists) throw named("GlobalClusterNotFoundFault");
    if (this.removing !== null && --this.removing.looks <= 0) {
      this.members = this.members.filter((arn) => arn !== this.removing?.arn);
      this.removing = null;
    }
    return {
      GlobalClusterIdentifier: GLOBAL,
      DeletionProtection: this.deletionProtection,
      ...(this.failoverTo !== undefined && { FailoverState: { ToDbClusterArn: this.failoverTo } }),
      GlobalClusterMembers: this.members.map((arn) => ({
        DBClusterArn: arn,
        IsWriter: arn === this.writer,
      })),
    };
  }

  private remove(arn: string): unknown {
    if (arn === this.writer) throw named("InvalidGlobalClusterStateFault");
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw named(refusal);
    if (this.removing !== null) throw named("InvalidDBClusterStateFault");
    this.removing = { arn, looks: this.looksUntilGone };
    return {};
  }
}

function named(name: string): Error {
  return Object.assign(new Error(`${name} said`), { name });
}

const REMOVE_HOME = `us-east-1 RemoveFromGlobalClusterCommand ${HOME}`;

describe("drain", () => {
  it("does nothing while home writes: one question, no more", async () => {
    const rds = new FakeRds();
    await drain(rds.ports, database);
    expect(rds.calls).toEqual([`us-east-1 DescribeGlobalClustersCommand ${GLOBAL}`]);
    expect(rds.said).toEqual(["drain: home writes: destroying in the usual order is right"]);
  });

  it("takes home out after a failover, asking in home's region, and waits until it is gone", async () => {
    const rds = new FakeRds();
    rds.writer = STANDBY;
    await drain(rds.ports, database);
    expect(rds.members).toEqual([STANDBY]);
    expect(rds.asked).toEqual([REMOVE_HOME]);
    expect(rds.calls.at(-3)).toBe(`us-east-1 DescribeGlobalClustersCommand ${GLOBAL}`);
    expect(rds.nowMs).toBe(15_000);
  });

  it("keeps looking while a member takes its time to go; asking once more is refused", async () => {
    const rds = new FakeRds();
    rds.writer = STANDBY;
    rds.looksUntilGone = 3;
    await drain(rds.ports, database);
    expect(rds.asked).toEqual([REMOVE_HOME, REMOVE_HOME, REMOVE_HOME]);
    expect(rds.said.filter((line) => line.startsWith("drain: not yet"))).toHaveLength(2);
    expect(rds.nowMs).toBe(45_000);
  });

  it("waits until what it freed can be deleted", async () => {
    const rds = new FakeRds();
    rds.writer = STANDBY;
    rds.statuses[HOME.split(":").at(-1)!] = ["promoting", "promoting", "available"];
    await drain(rds.ports, database);
    expect(rds.said).toContain(`drain: ${HOME} is promoting`);
    expect(rds.calls.at(-2)).toBe("us-east-1 DescribeDBClustersCommand pr-42-orders-use1");
  });

  it.each(["InvalidDBClusterStateFault", "InvalidGlobalClusterStateFault"])(
    "asks again while home is rebuilt (%s)",
    async (name) => {
      const rds = new FakeRds();
      rds.writer = STANDBY;
      rds.refusals = [name, name];
      await drain(rds.ports, database);
      expect(rds.asked).toEqual([REMOVE_HOME, REMOVE_HOME, REMOVE_HOME]);
    },
  );

  it("fails at once on any other refusal", async () => {
    const rds = new FakeRds();
    rds.writer = STANDBY;
    rds.refusals = ["AccessDenied"];
    await expect(drain(rds.ports, database)).rejects.toThrow("AccessDenied said");
    expect(rds.asked).toHaveLength(1);
  });

  it("gives up after an hour and says what it waited for", async () => {
    const rds = new FakeRds();
    rds.writer = STANDBY;
    rds.looksUntilGone = Infinity;
    await expect(drain(rds.ports, database)).rejects.toThrow(
      `after 60 minutes still: removing ${HOME}; look at ${GLOBAL}`,
    );
    expect(rds.nowMs).toBe(3_600_000);
  });

  it("touches nothing while a failover is on its way, and none that is over", async () => {
    const rds = new FakeRds();
    rds.failoverTo = STANDBY;
    await expect(drain(rds.ports, database)).rejects.toThrow(`${STANDBY} is on its way`);
    expect(rds.asked).toEqual([]);
    rds.writer = STANDBY;
    await drain(rds.ports, database);
    expect(rds.asked).toEqual([REMOVE_HOME]);
  });

  it("touches nothing while no member writes", async () => {
    const rds = new FakeRds();
    rds.writer = null;
    await expect(drain(rds.ports, database)).rejects.toThrow("no member writes");
    expect(rds.asked).toEqual([]);
  });

  it("refuses a protected database, whoever writes", async () => {
    const rds = new FakeRds();
    rds.deletionProtection = true;
    rds.writer = STANDBY;
    await expect(drain(rds.ports, database)).rejects.toThrow(/has deletion protection.*retention/);
    expect(rds.asked).toEqual([]);
  });

  it("has nothing to take out where the standby is alone, or there is no global database", async () => {
    const alone = new FakeRds();
    alone.writer = STANDBY;
    alone.members = [STANDBY];
    await drain(alone.ports, database);
    const none = new FakeRds();
    none.exists = false;
    none.statuses = { "pr-42-orders-use1": ["gone"], "pr-42-orders-use2": ["gone"] };
    await drain(none.ports, database);
    expect([...alone.asked, ...none.asked]).toEqual([]);
    const regions = none.calls.filter((call) => call.includes("Global")).map((c) => c.slice(0, 9));
    expect(regions).toEqual(["us-east-1", "us-east-2"]);
  });
});

describe("the database of a stack", () => {
  const resource = (type: string, id: string, arn?: string) => ({ type, id, outputs: { arn } });

  it("is read from its state", () => {
    const resources = [
      { type: "pulumi:pulumi:Stack" },
      resource("aws:rds/globalCluster:GlobalCluster", GLOBAL, "arn:aws:rds::1:global-cluster:x"),
      resource("aws:rds/cluster:Cluster", "pr-42-orders-use1", HOME),
      resource("aws:rds/clusterInstance:ClusterInstance", "i", "arn:aws:rds:us-east-1:1:db:i"),
      resource("aws:rds/cluster:Cluster", "pr-42-orders-use2", STANDBY),
    ];
    expect(databaseIn({ deployment: { resources } })).toEqual(database);
  });

  it.each([{}, { deployment: {} }, { deployment: { resources: [] } }])(
    "is none in %j, and then RDS is not asked",
    async (state) => {
      const rds = new FakeRds();
      await drainStack(rds.ports, state);
      expect(rds.calls).toEqual([]);
    },
  );

  it("is found by the script in what pulumi exports", () => {
    const answers = { "pulumi stack export --stack pr-42": '{"deployment":{"resources":[]}}' };
    expect(runScript("drain.ts", ["pr-42"], answers)).toMatchObject({
      code: 0,
      ran: ["pulumi stack export --stack pr-42"],
      stdout: "drain: the stack has no global database\n",
    });
  });
});
