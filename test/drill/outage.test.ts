import { closeOnSettlement, noLatch, orchestratorAtHome } from "../../drill/mutations/weakenings";
import { jsonReport } from "../../drill/report/json";
import { textReport } from "../../drill/report/text";
import { nothing, regionLost } from "../../drill/scenario/faults";
import { brokenPromises } from "../../drill/scenario/promises";
import { namesOfBroken, platform, play, weakened } from "./platform";

jest.setTimeout(60_000);

/** Home comes back with a handler that knows no takeover, and Route 53 refuses changes. */
const staleHome = regionLost("us-east-1", { hasStaleHealth: true, route53StaysDown: true });

describe("the loss of home", () => {
  const seeds = Array.from({ length: 20 }, (_, i) => String(i + 1));

  test.each(seeds)("breaks no promise with seed %s", async (seed) => {
    const outage = await play({ seed });
    expect(brokenPromises(outage)).toEqual([]);
    expect(outage.control?.active).toBe("us-east-2");
    expect(outage.control?.epoch).toBe(2);
    expect(outage.verdict.acknowledged).toBe(outage.verdict.present);
    expect(outage.verdict.placed).toBeGreaterThan(300);
  });

  it("breaks no promise either when it is played from the deployment on, as npm start does", async () => {
    const outage = await play({ seed: "1", beginning: undefined });
    expect(brokenPromises(outage)).toEqual([]);
    expect(outage.journal.moments[0]?.text).toBe("control item created, target us-east-1");
    expect(outage.verdict.placed).toBeGreaterThan(450);
  });

  it("is told in the same bytes by the same seed, in others by another", async () => {
    const told = async (seed: string): Promise<string> => {
      const outage = await play({ seed });
      const broken = brokenPromises(outage);
      return textReport(outage, broken) + jsonReport(outage, broken);
    };
    const first = await told("7");
    expect(await told("7")).toBe(first);
    expect(await told("8")).not.toBe(first);
  });

  it("settles orders again a drawn promotion and at most 60 s after the fault", async () => {
    const outage = await play({ seed: "3" });
    const promotionSeconds = outage.journal.promotions[0]!.promotionMs / 1000;
    expect(outage.journal.promotions).toHaveLength(1);
    expect(promotionSeconds).toBeGreaterThanOrEqual(60);
    expect(promotionSeconds).toBeLessThanOrEqual(180);
    expect(outage.settled.seconds).toBeGreaterThan(promotionSeconds);
    expect(outage.settled.seconds).toBeLessThan(promotionSeconds + 60);
  });
});

describe("an ordinary half hour", () => {
  it("causes no failover and promotes nothing", async () => {
    const outage = await play({ seed: "1", fault: nothing });
    expect(brokenPromises(outage)).toEqual([]);
    expect(outage.journal.promotions).toEqual([]);
    expect(outage.control?.epoch).toBe(1);
  });
});

describe("weakened, the drill fails", () => {
  it("an orchestrator at home never settles orders again", async () => {
    const outage = await play({ seed: "1" }, weakened(orchestratorAtHome));
    expect(namesOfBroken(outage)).toContain("orders settle again in time");
    expect(outage.journal.promotions).toEqual([]);
  });

  it("without the latch a stale home takes DNS back, with it not", async () => {
    const whole = await play({ seed: "1", fault: staleHome });
    expect(brokenPromises(whole)).toEqual([]);
    const outage = await play({ seed: "1", fault: staleHome }, weakened(noLatch));
    expect(namesOfBroken(outage)).toContain("DNS does not flip back by itself");
  });

  it("orders closed on settlement are lost with 30 s of lag, closed when seen they are not", async () => {
    const whole = await play({ seed: "1", lagMs: 30_000 });
    expect(brokenPromises(whole)).toEqual([]);
    expect(whole.journal.rowsLost).toBeGreaterThan(10);
    const outage = await play({ seed: "1", lagMs: 30_000 }, weakened(closeOnSettlement));
    expect(namesOfBroken(outage)).toEqual(["no acknowledged order is missing"]);
    expect(outage.verdict.missing).toHaveLength(outage.journal.rowsLost);
  });
});

it("plays a world built from both regions of the program", async () => {
  const { program } = await platform();
  expect(program.homeRegion).toBe("us-east-1");
  expect(program.standbyRegion).toBe("us-east-2");
  expect(program.apis.map(({ region }) => region).sort()).toEqual(["us-east-1", "us-east-2"]);
});
