import { cachedCapture } from "../../support/capture/cachedCapture";
import { Environment } from "../world/environment";
import { worldOf } from "./worldOf";

const HOME = "us-east-1";

/** A world, and a call from order-processor to S3 in it. */
async function calling() {
  const world = worldOf((await cachedCapture()).resources, [], {});
  const { program, simulation } = world.base;
  const processor = [...program.functions.values()].find(
    ({ stem, region }) => stem === "orderProcessor" && region === HOME,
  )!;
  const environment = new Environment(processor, simulation);
  // An invocation is in progress, so answers are delivered to it.
  environment.invocation = { end: () => {} };
  const put = (bucket: string) => {
    const command = { name: "PutObjectCommand", input: { Bucket: bucket, Key: "archive/1.json" } };
    return world.calls.send(environment, world.s3, HOME, command);
  };
  return {
    put: () => put(processor.environment["ARCHIVE_BUCKET"]!),
    putElsewhere: () => put("elsewhere"),
    run: () => simulation.run(simulation.nowMs + 5_000),
  };
}

describe("a service's answer", () => {
  it("is an ordinary promise: it can be awaited twice, late, and by several callers", async () => {
    const { put, run } = await calling();
    const answer = put();
    expect(answer).toBeInstanceOf(Promise);
    const both = Promise.all([answer, answer]);
    await run();
    expect(await both).toEqual([{}, {}]);
    expect(await answer).toEqual({});
  });

  it("rejects with the service's error", async () => {
    const { putElsewhere, run } = await calling();
    const refused = expect(putElsewhere()).rejects.toMatchObject({ name: "AccessDeniedException" });
    await run();
    await refused;
  });
});
