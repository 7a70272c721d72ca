import type { HttpAnswer, HttpRequest } from "../../lambda/runtime/runtime";
import type { HealthCheckDescription } from "../description/dns";
import type { ProgramDescription } from "../description/program";
import { Random } from "../../support/simulation/random";
import { Simulation } from "../../support/simulation/simulation";
import { Base } from "../world/base";
import { Network } from "../world/network";
import { Route53 } from "../world/route53";

const NAME = "api.test";

const check = (id: string, change: Partial<HealthCheckDescription>): HealthCheckDescription => ({
  id,
  endpoint: undefined,
  calculated: undefined,
  isInverted: false,
  isDisabled: false,
  ...change,
});
const endpoint = (host: string) => ({ host, path: "/", intervalMs: 10_000, failures: 1 });
const record = (failover: "PRIMARY" | "SECONDARY", healthCheckId?: string) => ({
  name: NAME,
  type: "CNAME",
  ttlMs: 60_000,
  failover,
  healthCheckId,
  values: [failover],
});

/** Health checks of hosts that answer as the test says. The primary record depends on `up`. */
function zone(change: Partial<HealthCheckDescription> = {}) {
  const simulation = new Simulation(false);
  const bad = new Set<string>();
  let looks = 0;
  const healthChecks = [
    check("up", { endpoint: endpoint("up.test"), ...change }),
    check("latch", { endpoint: endpoint("latch.test"), isInverted: true }),
    check("all", { calculated: { children: ["up", "latch"], healthyNeeded: 2 } }),
    check("none", { calculated: { children: ["up"], healthyNeeded: 1 }, isInverted: true }),
  ];
  const records = [record("PRIMARY", "up"), record("SECONDARY")];
  const program = { healthChecks, records } as unknown as ProgramDescription;
  const base = new Base(simulation, new Random("route53"), program, new Network());
  const request = (_from: string, { url }: HttpRequest, answer: (answer: HttpAnswer) => void) => {
    looks++;
    answer({ status: bad.has(new URL(url).hostname) ? 503 : 200, body: "" });
  };
  const route53 = new Route53(base, { request });
  return {
    bad,
    looks: () => looks,
    up: (id: string) => route53.isHealthy(id),
    answer: () => route53.resolve(NAME).host,
    update: (id: string, change: object) =>
      route53.handle(
        "us-east-1",
        "UpdateHealthCheckCommand",
        { HealthCheckId: id, ...change },
        {
          ok: () => {},
          fail: (error) => {
            throw error;
          },
        },
      ),
    /** Longer than an interval and the delay to the data plane. */
    settle: () => simulation.run(simulation.nowMs + 30_000),
    soon: () => simulation.run(simulation.nowMs + 1),
  };
}

describe("UpdateHealthCheck", () => {
  it("disables a check after some seconds: it is healthy, whatever its endpoint does", async () => {
    const dns = zone();
    dns.bad.add("up.test");
    await dns.settle();
    expect([dns.up("up"), dns.answer()]).toEqual([false, "SECONDARY"]);
    dns.update("up", { Disabled: true });
    await dns.soon();
    expect(dns.up("up")).toBe(false);
    await dns.settle();
    expect([dns.up("up"), dns.answer()]).toEqual([true, "PRIMARY"]);
  });

  it("stops requests while a check is disabled, and resumes them once it is enabled", async () => {
    const dns = zone();
    dns.update("up", { Disabled: true });
    dns.update("latch", { Disabled: true });
    await dns.settle();
    const before = dns.looks();
    dns.bad.add("up.test");
    await dns.settle();
    expect(dns.looks()).toBe(before);
    dns.update("up", { Disabled: false });
    await dns.settle();
    expect(dns.looks()).toBeGreaterThan(before);
    expect([dns.up("up"), dns.answer()]).toEqual([false, "SECONDARY"]);
  });

  it("leaves a disabled inverted check unhealthy, for an endpoint or calculated", async () => {
    const dns = zone();
    dns.bad.add("latch.test");
    await dns.settle();
    expect([dns.up("latch"), dns.up("none"), dns.up("all")]).toEqual([true, false, true]);
    dns.bad.add("up.test");
    await dns.settle();
    expect(dns.up("none")).toBe(true);
    dns.update("latch", { Disabled: true });
    dns.update("none", { Disabled: true });
    await dns.settle();
    expect([dns.up("latch"), dns.up("none")]).toEqual([false, false]);
  });

  it("applies the later of two changes, and keeps properties that are not given", async () => {
    const dns = zone();
    dns.bad.add("up.test");
    await dns.settle();
    dns.update("up", { Disabled: true });
    dns.update("up", { Disabled: false });
    dns.update("all", { Disabled: true });
    dns.update("all", { ResourcePath: "/" });
    await dns.settle();
    expect([dns.up("up"), dns.up("all")]).toEqual([false, true]);
  });

  it("rejects anything else as not modelled", () => {
    expect(() => zone().update("up", { Inverted: true })).toThrow(
      "UpdateHealthCheckCommand of Inverted is not modelled",
    );
  });
});

it("a check declared as disabled is healthy, or unhealthy if inverted, and sends no requests", async () => {
  const dns = zone({ isDisabled: true });
  dns.bad.add("up.test");
  await dns.settle();
  expect([dns.up("up"), dns.answer()]).toEqual([true, "PRIMARY"]);
  const inverted = zone({ isDisabled: true, isInverted: true });
  await inverted.settle();
  expect([inverted.up("up"), inverted.answer()]).toEqual([false, "SECONDARY"]);
});
