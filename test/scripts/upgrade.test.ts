import { nextUpgrade, needsUpgrade, upgradeDatabase, type Member } from "../../scripts/upgrade";

const HOME = "arn:aws:rds:us-east-1:1:cluster:orders-use1";
const STANDBY = "arn:aws:rds:us-east-2:1:cluster:orders-use2";
const global = {
  GlobalClusterMembers: [
    { DBClusterArn: HOME, IsWriter: true },
    { DBClusterArn: STANDBY, IsWriter: false },
  ],
};

/** RDS with two clusters; an upgrade shows after two more descriptions. */
class FakeRds {
  readonly asked: string[] = [];
  readonly said: string[] = [];
  nowMs = 0;
  versions: Record<string, string> = { "orders-use1": "15.10", "orders-use2": "15.10" };
  refusals: string[] = [];
  isStuck = false;
  private upgrading = new Map<string, { version: string; left: number }>();

  readonly ports = {
    rds: (region: string) =>
      ({
        send: (command: { constructor: { name: string }; input: Record<string, string> }) =>
          Promise.resolve().then(() => this.answer(region, command)),
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

  private answer(
    region: string,
    { constructor, input }: { constructor: { name: string }; input: Record<string, string> },
  ) {
    const id = input["DBClusterIdentifier"]!;
    if (constructor.name === "ModifyDBClusterCommand") {
      const refusal = this.refusals.shift();
      if (refusal) throw Object.assign(new Error("is being modified"), { name: refusal });
      this.asked.push(`${region} ${id} ${input["EngineVersion"]}`);
      this.upgrading.set(id, { version: input["EngineVersion"]!, left: 2 });
      return {};
    }
    const change = this.upgrading.get(id);
    if (change && !this.isStuck && --change.left === 0) {
      this.versions[id] = change.version;
      this.upgrading.delete(id);
    }
    const Status = this.upgrading.has(id) ? "upgrading" : "available";
    return { DBClusters: [{ EngineVersion: this.versions[id], Status }] };
  }
}

describe("upgrading the database", () => {
  let rds: FakeRds;
  const before = jest.fn(() => Promise.resolve());
  const upgrade = (wanted: string) => upgradeDatabase(rds.ports, global, wanted, before);
  beforeEach(() => {
    rds = new FakeRds();
    before.mockClear();
  });

  it("upgrades the reader, then the writer, each after the other is available", async () => {
    await upgrade("15.12");
    expect(rds.asked).toEqual(["us-east-2 orders-use2 15.12", "us-east-1 orders-use1 15.12"]);
    expect(before).toHaveBeenCalledTimes(2);
    expect(rds.said.at(-1)).toBe("database: it runs 15.12");
  });

  it("continues where an earlier one ended", async () => {
    rds.versions["orders-use2"] = "15.12";
    await upgrade("15.12");
    expect(rds.asked).toEqual(["us-east-1 orders-use1 15.12"]);
  });

  it("repeats what RDS does not accept yet, and fails for another reason", async () => {
    rds.refusals = ["InvalidDBClusterStateFault"];
    await upgrade("15.12");
    expect(rds.asked).toHaveLength(2);
    rds.refusals = ["AccessDenied"];
    await expect(upgrade("15.13")).rejects.toThrow("is being modified");
  });

  it("gives up after two hours and says what it waited for", async () => {
    rds.isStuck = true;
    await expect(upgrade("15.12")).rejects.toThrow(
      `upgrade: after two hours still: ${STANDBY} is upgrading; look at RDS, then run this again`,
    );
  });

  it("is needed for an older version only", async () => {
    expect(await needsUpgrade(rds.ports, global, "15.10")).toBe(false);
    expect(await needsUpgrade(rds.ports, global, "15.12")).toBe(true);
  });
});

describe("the next step", () => {
  const member = (version: string): Member => ({
    arn: HOME,
    isWriter: true,
    version,
    status: "available",
  });

  it("never goes back after AWS forced an upgrade, and says what to configure", () => {
    expect(nextUpgrade([member("15.14")], "15.9")).toEqual({
      do: "nothing",
      because: 'it runs 15.14, which is newer; set auroraEngineVersion to "15.14"',
    });
  });

  it("refuses another major version", () => {
    expect(() => nextUpgrade([member("15.10")], "16.6")).toThrow(
      "upgrade: got auroraEngineVersion 16.6 for a database with 15.10; allowed is a newer minor version",
    );
  });

  it("waits for a cluster that is busy", () => {
    const busy = { ...member("15.10"), status: "backing-up" };
    expect(nextUpgrade([busy], "15.12")).toEqual({ do: "wait", because: `${HOME} is backing-up` });
  });
});
