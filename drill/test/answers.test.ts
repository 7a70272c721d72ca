import { cachedCapture } from "../../support/capture/cachedCapture";
import { Environment } from "../world/environment";
import { worldOf } from "./worldOf";

const HOME = "us-east-1";

/** A world, and a call from order-processor, with that much memory, to S3 in it. */
async function calling(memorySize = 512) {
  const type = "aws:lambda/function:Function";
  const edit = { type, name: "orderProcessor-use1", set: { memorySize } };
  const world = worldOf((await cachedCapture()).resources, [edit], {});
  const { program, simulation } = world.base;
  const processor = [...program.functions.values()].find(
    ({ stem, region }) => stem === "orderProcessor" && region === HOME,
  )!;
  const environment = new Environment(processor, world.base);
  // An invocation is in progress, so answers are delivered to it.
  environment.invocation = { end: () => {} };
  const put = (bucket: string, signal?: AbortSignal) => {
    const command = { name: "PutObjectCommand", input: { Bucket: bucket, Key: "archive/1.json" } };
    return world.calls.send(environment, world.s3, HOME, command, signal);
  };
  return {
    put: (signal?: AbortSignal) => put(processor.environment["ARCHIVE_BUCKET"]!, signal),
    putElsewhere: () => put("elsewhere"),
    after: (delayMs: number, work: () => void) => simulation.after(delayMs, work),
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

describe("calls that start at once share the function's CPU", () => {
  /** How many of these calls are answered before they are aborted after two seconds. */
  async function answeredOf(calls: number, memorySize: number): Promise<number> {
    const { put, after, run } = await calling(memorySize);
    const abort = new AbortController();
    let answered = 0;
    after(2_000, () => abort.abort());
    for (let n = 0; n < calls; n++) {
      void put(abort.signal).then(() => (answered += Number(!abort.signal.aborted)));
    }
    await run();
    return answered;
  }

  it("and many of them are not even sent before their timeout", async () => {
    expect(await answeredOf(100, 512)).toBe(100);
    const few = await answeredOf(1_600, 512);
    expect(few).toBeGreaterThan(100);
    expect(few).toBeLessThan(800);
    expect(await answeredOf(1_600, 1_769)).toBe(1_600);
  });
});
