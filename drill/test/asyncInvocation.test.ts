import type { Resource } from "../description/lookup";
import { fixedAssumptions } from "../fixedAssumptions";
import type { ResourceEdit } from "../mutations/edits";
import type { Outcome } from "../world/environment";
import type { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { worldOf } from "./worldOf";

const STANDBY = "us-east-2";
const CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const FUNCTION = "aws:lambda/function:Function";

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

/** The standby's resource of this type for this function. */
function named(type: string, stem: string): Resource {
  const found = resources.find(
    (each) => each.type === type && each.region === STANDBY && each.name === `${stem}-use2`,
  );
  if (found === undefined) throw new Error(`no ${type} of ${stem}`);
  return found;
}

const edit = (type: string, stem: string, set: Record<string, unknown>): ResourceEdit => ({
  type,
  name: named(type, stem).name,
  set,
});

function arnOf(world: World, stem: string): string {
  const all = [...world.base.program.functions.values()];
  return all.find((each) => each.stem === stem && each.region === STANDBY)!.arn;
}

describe("an asynchronous event that always fails", () => {
  /**
   * When the event was tried, in seconds from the first attempt, and what ended as a dead letter.
   */
  async function tried(...edits: ResourceEdit[]): Promise<{ times: number[]; dead: string[] }> {
    const always = () => () => Promise.reject(new Error("always"));
    const world = worldOf(resources, edits, { failoverOrchestrator: always });
    const { base, lambda } = world;
    const arn = arnOf(world, "failoverOrchestrator");
    const { name } = base.program.functions.get(arn)!;
    const atMs: number[] = [];
    base.watch((happening) => {
      if (happening.kind === "invocation failed" && happening.functionName === name) {
        atMs.push(base.nowMs);
      }
    });
    const buried: string[] = [];
    lambda.onDeadLetter = (target, body) => buried.push(`${target} ${body}`);
    lambda.invokeAsync(arn, { trigger: "sentinel" });
    await base.simulation.run(base.nowMs + 900_000);
    return { times: atMs.map((ms) => Math.round((ms - atMs[0]!) / 1000)), dead: buried };
  }

  const dead = `arn:aws:sqs:us-east-2:123456789012:dev-function-failures-use2 {"trigger":"sentinel"}`;

  it("is tried three times, then sent to the dead-letter queue", async () => {
    expect(await tried()).toEqual({ times: [0, 60, 180], dead: [dead] });
  });

  it("is tried once if no retries are allowed", async () => {
    const none = edit(CONFIG, "failoverOrchestrator", { maximumRetryAttempts: 0 });
    expect(await tried(none)).toEqual({ times: [0], dead: [dead] });
  });

  it("is dropped once it is too old", async () => {
    const old = edit(CONFIG, "failoverOrchestrator", { maximumEventAgeInSeconds: 60 });
    expect(await tried(old)).toEqual({ times: [0, 60], dead: [dead] });
  });

  it("is lost if the function has no dead-letter queue", async () => {
    const lost = edit(FUNCTION, "failoverOrchestrator", { deadLetterConfig: undefined });
    expect(await tried(lost)).toEqual({ times: [0, 60, 180], dead: [] });
  });
});

it("functions without reserved concurrency share the rest of the account's", async () => {
  const reservedBy = ({ state }: Resource): number =>
    Math.max(0, Number(state["reservedConcurrentExecutions"] ?? 0));
  const functions = resources.filter(
    ({ type, region, name }) =>
      type === FUNCTION && region === STANDBY && !name.startsWith("authorizer"),
  );
  const reserved = functions.reduce((sum, each) => sum + reservedBy(each), 0);
  const left = fixedAssumptions.accountConcurrency.value - reserved;
  const processor = named(FUNCTION, "orderProcessor");
  const outcomesWith = async (room: number): Promise<Outcome["how"][]> => {
    const taken = edit(FUNCTION, "orderProcessor", {
      reservedConcurrentExecutions: reservedBy(processor) + left - room,
    });
    const never = () => () => new Promise(() => {});
    const unreserved = edit(FUNCTION, "authorizer", { reservedConcurrentExecutions: undefined });
    const world = worldOf(resources, [taken, unreserved], { authorizer: never });
    const outcomes: Outcome["how"][] = [];
    for (let i = 0; i < 3; i++) {
      world.lambda.invoke(arnOf(world, "authorizer"), {}, ({ how }) => outcomes.push(how));
    }
    await world.base.simulation.run(world.base.nowMs + 60_000);
    return outcomes;
  };
  expect(await outcomesWith(3)).toEqual(["timed out", "timed out", "timed out"]);
  expect(await outcomesWith(1)).toEqual(["throttled", "throttled", "timed out"]);
});
