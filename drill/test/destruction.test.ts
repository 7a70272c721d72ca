import type { HttpAnswer } from "../../lambda/runtime/runtime";
import { type Deletable, destructionWaves } from "../description/destruction";
import type { Resource } from "../description/lookup";
import { describeProgram } from "../description/program";
import { withoutDependsOn } from "../mutations/programMutations";
import { destroy } from "../scenario/faults/destruction";
import type { Stage } from "../scenario/faults/fault";
import type { Call } from "../world/hooks";
import { INTERNET } from "../world/network";
import { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

type Links = Omit<Deletable, "urn">;

/** The waves of a small graph, by URN. */
function waves(graph: Readonly<Record<string, Links>>): string[][] {
  const all = Object.entries(graph).map(([urn, links]) => ({ urn, ...links }));
  return destructionWaves(all).map((wave) => wave.map(({ urn }) => urn));
}

const after = (...dependencies: string[]): Links => ({ dependencies });

describe("the deletion order", () => {
  test.each<[string, Record<string, Links>, string[][]]>([
    ["deletes dependents first", { base: {}, user: after("base") }, [["user"], ["base"]]],
    [
      "deletes a diamond in three waves, its sides together",
      { top: {}, left: after("top"), right: after("top"), bottom: after("left", "right") },
      [["bottom"], ["left", "right"], ["top"]],
    ],
    ["deletes children before their parent", { child: { parent: "c" }, c: {} }, [["child"], ["c"]]],
    [
      "deletes a component's children before the component's dependencies",
      { base: {}, user: after("base"), c: after("user"), child: { parent: "c" } },
      [["child"], ["c"], ["user"], ["base"]],
    ],
    [
      "deletes a provider after its resources, and a property's source after its user",
      { aws: {}, a: { provider: "aws" }, b: { propertyDependencies: { arn: ["a"] } } },
      [["b"], ["a"], ["aws"]],
    ],
    [
      // No dependency requires it: the engine counts from the end, so this resource is deleted
      // last.
      "deletes a resource without dependencies last, even if nothing depends on it",
      { base: {}, user: after("base"), alone: {} },
      [["user"], ["base", "alone"]],
    ],
    ["ignores dependencies that do not exist", { a: after("removed") }, [["a"]]],
  ])("%s", (_what, graph, expected) => {
    expect(waves(graph)).toEqual(expected);
  });

  it("fails on a cycle of dependencies", () => {
    expect(() => waves({ a: after("b"), b: after("a") })).toThrow("a waits for itself");
  });
});

/** The wave of each resource, by short type and name. */
function waveOf(program: readonly Resource[]): Map<string, number> {
  return new Map(
    destructionWaves(program).flatMap((wave, i) =>
      wave.map(({ type, name }) => [`${type.split(":").at(-1)} ${name}`, i] as const),
    ),
  );
}

/** The failover component and everything below it. */
function failoverOf(program: readonly Resource[]): ReadonlySet<Resource> {
  const byUrn = new Map(program.map((each) => [each.urn, each]));
  const isBelow = (each: Resource | undefined): boolean =>
    each !== undefined &&
    (each.type === "trading:platform:Failover" || isBelow(byUrn.get(each.parent ?? "")));
  return new Set(program.filter(isBelow));
}

describe("the destruction of the program", () => {
  it("begins with everything of the failover component", () => {
    const failover = failoverOf(resources);
    const numbered = destructionWaves(resources).flatMap((wave, i) =>
      wave.map((resource) => ({ resource, i })),
    );
    const [own, others] = [true, false].map((isOwn) =>
      numbered.filter(({ resource }) => failover.has(resource) === isOwn).map(({ i }) => i),
    );
    expect(own).toHaveLength(failover.size);
    expect(own!.length + others!.length).toBe(resources.length);
    expect(Math.max(...own!)).toBeLessThan(Math.min(...others!));
    const types = new Set([...failover].map(({ type }) => type.split(":").at(-1)));
    for (const type of ["EventRule", "EventTarget", "MetricAlarm", "CompositeAlarm", "Function"])
      expect(types).toContain(type);
  });

  it("deletes the tick's schedule before home's API and database, and the standby's database before home's", () => {
    const wave = waveOf(resources);
    const last = (...names: string[]) => Math.max(...names.map((name) => wave.get(name)!));
    const schedule = last("EventTarget failover-tick", "EventRule failover-tick");
    for (const name of ["Stage api-use1", "Cluster aurora-use2", "ClusterInstance aurora-use1-0"])
      expect(wave.get(name)).toBeGreaterThan(schedule);
    const order = [
      "Cluster aurora-use2",
      "ClusterInstance aurora-use1-0",
      "Cluster aurora-use1",
      "Table dynamodb-ledger",
    ].map((name) => wave.get(name)!);
    for (let i = 1; i < order.length; i++) expect(order[i]).toBeGreaterThan(order[i - 1]!);
  });

  it("deletes functions, then the subnets and group that they used, then their rights, then their roles", () => {
    const wave = waveOf(resources);
    for (const stem of ["orderProcessor", "settlementSweep", "dbMigration"])
      for (const held of ["Subnet network-use1-0", "SecurityGroup network-use1-functions"]) {
        const names = [`Function ${stem}-use1`, held, `RolePolicy ${stem}-use1-network`];
        const order = [...names, `Role ${stem}-use1`].map((name) => wave.get(name)!);
        for (let i = 1; i < order.length; i++) expect(order[i]).toBeGreaterThan(order[i - 1]!);
      }
  });

  it("uses a graph with a component's children instead of the component", () => {
    const components = new Set(resources.filter(({ id }) => id === "").map(({ urn }) => urn));
    const waited = resources.flatMap(({ dependencies = [] }) => dependencies);
    expect(waited.filter((urn) => components.has(urn))).toEqual([]);
    expect(waited.length).toBeGreaterThan(500);
  });

  it("deletes the tick's schedule after home's API if the failover component has no dependencies", () => {
    const wave = waveOf(withoutDependsOn.program!(resources));
    const tick = wave.get("EventRule failover-tick")!;
    for (const name of ["Stage api-use1", "ClusterInstance aurora-use1-0", "Cluster aurora-use1"])
      expect(tick).toBeGreaterThan(wave.get(name)!);
    // It names the function that it invokes, and so is deleted before it.
    expect(wave.get("Function failoverOrchestrator-use2")).toBeLessThan(
      wave.get("Stage api-use1")!,
    );
  });
});

/** Destroys a stack in a world and returns when each thing stopped, in whole seconds. */
async function ceased(program: readonly Resource[]) {
  const description = describeProgram(program);
  const [home, standby] = [description.homeRegion, description.standbyRegion];
  const world = new World({ seed: "1", program: description, handlers: {} });
  const at = new Map<string, number>();
  const { simulation } = world.base;
  const cease = (what: string): void => {
    if (!at.has(what)) at.set(what, (simulation.nowMs - simulation.startMs) / 1000);
  };
  const region = (role: string): string => (role === "home" ? home : standby);
  for (const alarm of description.alarms)
    for (const { seriesKey } of alarm.metrics) world.cloudwatch.vended(alarm.region, seriesKey, 1);
  const clients = { stop: () => cease("clients") };
  destroy({ world, clients, region } as unknown as Stage);
  const tick = [...world.schedules.rules.values()].find(({ name }) => /tick/.test(name))!;
  const api = description.apis.find((each) => each.region === home)!;
  for (let second = 0; second < 600; second++) {
    const url = `https://${api.host}/${api.stage}/health`;
    let status: number | undefined;
    const answer = (answered: HttpAnswer): void => void (status = answered.status);
    world.apis.request(INTERNET, { method: "GET", url }, answer);
    await simulation.run(simulation.nowMs + 1_000);
    const left = world.schedules.rules.get(tick.arn);
    if (left === undefined) cease("tick's rule");
    else if (left.targets.length === 0) cease("tick's target");
    if (status === 403) cease("home's stage");
    if (status === undefined) cease("home's API");
    if (world.aurora.members.get(home)!.isDown) cease("home's database");
    if (world.aurora.members.get(standby)!.isDown) cease("standby's database");
  }
  return { at, world };
}

describe("a destruction in the world", () => {
  const inOrder = (at: ReadonlyMap<string, number>): string[] =>
    [...at].sort(([, one], [, other]) => one - other).map(([what]) => what);

  it("stops everything, in that order", async () => {
    const { at } = await ceased(resources);
    expect(inOrder(at)).toEqual([
      "tick's target",
      "tick's rule",
      "clients",
      "home's stage",
      "home's API",
      "standby's database",
      "home's database",
    ]);
  });

  it("leaves no schedule, poller, alarm, function or API that works", async () => {
    const { world } = await ceased(resources);
    const { base, schedules, cloudwatch, lambda, sqs } = world;
    const { program, hooks, simulation } = base;
    expect(schedules.rules.size).toBe(0);
    for (const { region, arn } of [...program.alarms, ...program.composites])
      expect(cloudwatch.alarms.stateOf(region, arn)).toBe("INSUFFICIENT_DATA");
    const failed: string[] = [];
    for (const { arn } of program.functions.values())
      lambda.invoke(arn, {}, (outcome) => failed.push("reason" in outcome ? outcome.reason : ""));
    for (const { region, queueArn } of program.eventSources) {
      const { url } = program.queues.find(({ arn }) => arn === queueArn)!;
      const input = { QueueUrl: url, MessageBody: "a hint" };
      sqs.handle(region, "SendMessageCommand", input, { ok: () => {}, fail: () => {} });
    }
    await simulation.run(simulation.nowMs + 10_000);
    const functions = [...program.functions.keys()].sort();
    expect(failed.sort()).toEqual(functions.map((arn) => `Error: Function not found: ${arn}`));
    for (const { queueArn } of program.eventSources)
      expect(sqs.bodies(queueArn)).toEqual(["a hint"]);
    const ledger = { service: "dynamodb", input: { TableName: "dev-ledger" } } as unknown as Call;
    expect(hooks.call.ask(ledger)).toMatchObject({ error: { name: "ResourceNotFoundException" } });
    expect(hooks.call.ask({ ...ledger, input: { TableName: "another" } })).toBeUndefined();
  });

  it("stops the tick's rule last if the failover component has no dependencies", async () => {
    const { at } = await ceased(withoutDependsOn.program!(resources));
    expect(inOrder(at).at(-1)).toBe("tick's rule");
    expect(inOrder(at)[0]).toBe("tick's target");
  });
});
