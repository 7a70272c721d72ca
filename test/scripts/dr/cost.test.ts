import { type Line, billOf } from "../../../scripts/dr/cost/bill";
import { prices } from "../../../scripts/dr/cost/prices";
import { dr } from "../../../scripts/dr/main";
import { Plan } from "../../../scripts/dr/plan";
import { cachedCapture } from "../../../support/capture/cachedCapture";
import { FakeTools } from "./fakeTools";

const planWith = async (config: Record<string, string>) =>
  new Plan((await cachedCapture({ config })).resources, config);
const find = (lines: readonly Line[], what: string) => lines.find((line) => line.what === what);

describe("dr cost", () => {
  it("has a source and a day for every price", () => {
    for (const { source, readOn, dollars } of Object.values(prices)) {
      expect(source).toMatch(/^https:\/\//);
      expect(readOn).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(dollars).toBeGreaterThan(0);
    }
  });

  it("counts what the program makes", async () => {
    const plan = await planWith({});
    const lines = billOf(plan);
    const count = (type: string) => plan.all(type).length;
    expect(find(lines, "4 db.r6g.large")).toMatchObject({ quantity: 4 * 730, price: null });
    expect(find(lines, "keys")?.quantity).toBe(count("kms/key"));
    expect(find(lines, "secrets")?.quantity).toBe(2 * count("secretsmanager/secret"));
    // Two interface endpoints in each region, with a network interface in both zones.
    expect(find(lines, "interface endpoints")?.quantity).toBe(2 * 2 * 2 * 730);
    expect(find(lines, "composite alarms")?.quantity).toBe(count("cloudwatch/compositeAlarm"));
    const metrics = find(lines, "metrics of alarms")!.quantity!;
    const fast = find(lines, "the same, under 60 s")!.quantity!;
    expect(fast).toBeGreaterThan(0);
    expect(metrics + fast).toBeGreaterThanOrEqual(count("cloudwatch/metricAlarm"));
  });

  it("follows the configuration", async () => {
    const usual = billOf(await planWith({}));
    const durable = billOf(await planWith({ retention: "durable" }));
    expect(find(usual, "web ACLs")).toBeUndefined();
    expect(find(durable, "web ACLs")?.quantity).toBe(2);
    expect(find(durable, "rules")?.quantity).toBe(4);
    expect(find(usual, "experiments")).toBeUndefined();
    expect(find(billOf(await planWith({ gameDay: "true" })), "experiments")).toBeDefined();
    const slow = billOf(await planWith({ canaryScheduleMinutes: "60" }));
    expect(find(slow, "runs of canaries")?.quantity).toBe(4 * 730);
  });

  it("adds up the priced lines alone, and lists the others", async () => {
    const tools = new FakeTools();
    const { exitCode, out } = await dr(["cost", "--json"], () => tools);
    expect(exitCode).toBe(0);
    const { data } = JSON.parse(out) as { data: { lines: Line[]; pricedDollars: number } };
    const priced = data.lines.flatMap(({ quantity, price }) =>
      quantity === null || price === null ? [] : [quantity * price.dollars],
    );
    expect(data.pricedDollars).toBeCloseTo(priced.reduce((sum, each) => sum + each, 0));
    const text = (await dr(["cost"], () => tools)).out;
    expect(text).toContain(`$${data.pricedDollars.toFixed(2)} a month`);
    for (const { what } of data.lines) expect(text).toContain(what);
    for (const line of data.lines.filter(({ price }) => price !== null)) {
      expect(text).toContain(`${line.price!.source} (${line.price!.readOn})`);
    }
  });
});
