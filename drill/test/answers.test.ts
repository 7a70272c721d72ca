import { Environment } from "../world/environment";
import type { Invocation } from "../world/invocation";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { worldOf } from "./worldOf";

const HOME = "us-east-1";

/** A world, and a call of order-processor to S3 in it. */
async function calling() {
  const world = worldOf((await cachedCapture()).resources, [], {});
  const { program, simulation } = world.base;
  const processor = [...program.functions.values()].find(
    ({ stem, region }) => stem === "orderProcessor" && region === HOME,
  )!;
  const environment = new Environment(processor, simulation);
  // Under way: what is delivered reaches it.
  environment.invocation = {} as Invocation;
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

it("an answer is awaited, or what is thrown instead of it", async () => {
  const { put, putElsewhere, run } = await calling();
  const heard: unknown[] = [];
  const hear = async (answer: PromiseLike<unknown>): Promise<void> => {
    try {
      heard.push(await answer);
    } catch (error) {
      heard.push((error as Error).name);
    }
  };
  void hear(put());
  void hear(putElsewhere());
  expect(heard).toEqual([]);
  await run();
  expect(heard).toHaveLength(2);
  expect(heard).toEqual(expect.arrayContaining([{}, "AccessDeniedException"]));
});

it("an answer that nobody waits for ends the outage: it would be lost in silence", async () => {
  const { put, run } = await calling();
  put();
  await expect(run()).rejects.toThrow("nobody waits for it");
});

it("nobody takes an answer for a whole promise", async () => {
  const { put } = await calling();
  expect(() => put().then(() => undefined)).toThrow("awaited at once and once");
  const answer = put();
  answer.then(
    () => undefined,
    () => undefined,
  );
  const again = async (): Promise<unknown> => await answer;
  await expect(again()).rejects.toThrow("awaited at once and once");
});
