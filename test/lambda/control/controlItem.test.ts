import * as fc from "fast-check";
import type { Control } from "../../../lambda/control/control";
import {
  MalformedControlError,
  readControl,
  readControlOrUnknown,
} from "../../../lambda/control/controlItem";
import { createLog } from "../../../lambda/runtime/log";
import { EPOCH_MAX } from "../../../lambda/control/tunables";
import { steadyControl } from "../../helpers/fakeEnvironment";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { anyControl, runs } from "../../helpers/observations";

let world: FakeWorld;
const steady = () => steadyControl(1);
const put = (change: object) => world.put({ pk: "control", ...steady(), ...change });
const read = () => world.play(readControl(world.runtime(HOME), "ledger"));

beforeEach(() => {
  world = new FakeWorld();
});

describe("the control item", () => {
  it("is read with a strongly consistent read, and only with the fields that it should have", async () => {
    put({ more: 1 });
    expect(await read()).toEqual(steady());
    expect(world.only({ on: "control" }).input["ConsistentRead"]).toBe(true);
  });

  it("is read as any transition writes it", async () => {
    const property = fc.asyncProperty(anyControl, async (control) => {
      world.put({ pk: "control", ...control });
      expect(await read()).toEqual(control);
    });
    await fc.assert(property, runs(20));
  });

  it("may be absent", async () => {
    expect(await read()).toBeUndefined();
  });

  it.each<[string, Partial<Record<keyof Control, unknown>>]>([
    ["an epoch that is no integer", { epoch: 1.5 }],
    ["an epoch that is a text", { epoch: "x" }],
    ["an epoch of 0", { epoch: 0 }],
    ["an epoch that PostgreSQL cannot store", { epoch: 2_147_483_648 }],
    ["the last epoch that PostgreSQL can store", { epoch: 2_147_483_647 }],
    ["an epoch above the highest", { epoch: EPOCH_MAX + 1 }],
    ["no epoch", { epoch: undefined }],
    ["no version", { version: undefined }],
    ["a region that does not exist", { active: "us-west-9" }],
    ["a region that is a number", { active: 1 }],
    ["an active region and a target", { target: STANDBY }],
    ["neither an active region nor a target", { active: null }],
    ["no target field", { target: undefined }],
    ["another way", { how: "magic" }],
    ["a time that is a text", { sinceMs: "now" }],
    ["no reason", { reason: null }],
  ])("is malformed with %s", async (_, change) => {
    put(change);
    await expect(read()).rejects.toBeInstanceOf(MalformedControlError);
    const log = createLog(world.runtime(HOME), "test");
    const seen = readControlOrUnknown(world.runtime(HOME), "ledger", log);
    expect(await world.play(seen)).toBe("malformed");
    expect(world.lines.at(-1)).toMatchObject({
      level: "ERROR",
      error: expect.stringContaining("the control item") as string,
    });
  });

  it("is unknown, and not malformed, if the ledger does not answer", async () => {
    world.mishap({ on: "control" }, throttled());
    const log = createLog(world.runtime(HOME), "test");
    const seen = readControlOrUnknown(world.runtime(HOME), "ledger", log);
    expect(await world.play(seen)).toBe("unknown");
  });
});
