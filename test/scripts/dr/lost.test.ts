import { InvokeCommand } from "@aws-sdk/client-lambda";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { dr } from "../../../scripts/dr/main";
import { FakeTools, HOME, NOW_MS, STANDBY, silence, control } from "./fakeTools";

const idOf = (n: number) => `0189f3a0-0000-7000-8000-00000000000${n}`;

describe("dr lost", () => {
  let tools: FakeTools;
  beforeEach(() => (tools = new FakeTools()));

  /** Answers of the functions of a region: its orchestrator, and its sweep with these rows. */
  function region(name: string, rows: readonly number[] | Error) {
    tools
      .inRegion(name)
      .lambda.on(InvokeCommand)
      .callsFake(({ FunctionName }: { FunctionName: string }) => {
        const isSweep = FunctionName.includes("settlement-sweep");
        if (isSweep && rows instanceof Error) throw rows;
        const answer = isSweep
          ? { epoch: 4, seen: (rows as number[]).map(idOf) }
          : { done: true, action: { do: "nothing" }, control };
        return { Payload: Buffer.from(JSON.stringify(answer)) };
      });
  }

  function open(...entries: { n: number; ageSeconds: number; settledEpoch?: number }[]) {
    const Items = entries.map(({ n, ageSeconds, settledEpoch }) => ({
      pk: `order#${idOf(n)}`,
      shard: "open#0",
      at: new Date(NOW_MS - ageSeconds * 1000).toISOString(),
      ...(settledEpoch === undefined ? {} : { settledEpoch }),
    }));
    tools
      .inRegion(STANDBY)
      .dynamodb.on(QueryCommand)
      .resolvesOnce({ Items })
      .resolves({ Items: [] });
  }
  const run = () => dr(["lost", "--stack", "dev"], () => tools);

  it("says that nothing is open", async () => {
    region(HOME, []);
    region(STANDBY, []);
    open();
    expect(await run()).toMatchObject({ exitCode: 0, out: "no order is open\n" });
  });

  it("says of each open order why it is open, the oldest first", async () => {
    region(HOME, [2, 3]);
    region(STANDBY, [3]);
    open(
      { n: 1, ageSeconds: 30 },
      { n: 2, ageSeconds: 40, settledEpoch: 4 },
      { n: 3, ageSeconds: 50, settledEpoch: 4 },
      { n: 4, ageSeconds: 300, settledEpoch: 4 },
    );
    const { exitCode, out } = await run();
    expect(exitCode).toBe(1);
    expect(out.split("\n").slice(2, 6)).toEqual([
      `${idOf(4)}  300 s  marked as settled, but us-east-1 has no row: see "Wrong data" in docs/runbook.md`,
      `${idOf(3)}  50 s   both regions have its row; the next sweep closes it`,
      `${idOf(2)}  40 s   us-east-2 does not have its row yet`,
      `${idOf(1)}  30 s   us-east-1 has not settled it yet`,
    ]);
  });

  it("says that a database cannot be asked", async () => {
    region(HOME, [1]);
    region(STANDBY, silence());
    open({ n: 1, ageSeconds: 30, settledEpoch: 4 });
    expect((await run()).out).toContain("us-east-2 cannot be asked for its row: no answer");
  });
});
