import type { HttpAnswer } from "../../lambda/runtime/runtime";
import { TokenError } from "../../lambda/auth/tokenError";
import { createAuthorizer } from "../../lambda/handlers/authorizer";
import { type ProgramDescription, describeProgram } from "../description/program";
import type { Handlers } from "../handlers";
import type { HandlerFactory } from "../world/environment";
import { World } from "../world/world";
import { INTERNET } from "../world/network";
import { cachedCapture } from "../../support/capture/cachedCapture";

let program: ProgramDescription;

beforeAll(async () => {
  program = describeProgram((await cachedCapture()).resources);
}, 60_000);

/**
 * Sends orders with these tokens to home's API, one after the other. Only the token "good" is
 * valid.
 */
async function statusesOf(tokens: readonly string[]) {
  let asked = 0;
  const authorizer: HandlerFactory = (runtime) =>
    createAuthorizer({
      ...runtime,
      verifyToken: (token) => {
        asked++;
        if (token === "down") return Promise.reject(new Error("the keys cannot be read"));
        if (token !== "good") return Promise.reject(new TokenError("no live key"));
        return Promise.resolve({ accountId: "account" });
      },
    }) as ReturnType<HandlerFactory>;
  const orderApi: HandlerFactory = () => () => Promise.resolve({ statusCode: 202, body: "{}" });
  const handlers: Handlers = { authorizer, orderApi };
  const world = new World({ seed: "1", program, handlers });
  const failed: string[] = [];
  world.base.watch((happening) => {
    if (happening.kind !== "invocation failed") return;
    // This world has no other functions, so their failures do not matter.
    if (happening.functionName.includes("authorizer")) failed.push(happening.functionName);
  });
  const api = program.apis.find(({ region }) => region === program.homeRegion)!;
  const { simulation } = world.base;
  const statuses: number[] = [];
  for (const token of tokens) {
    const url = `https://${api.host}/${api.stage}/orders`;
    const headers = { Authorization: `Bearer ${token}` };
    const answer = (answered: HttpAnswer) => void statuses.push(answered.status);
    world.apis.request(INTERNET, { method: "POST", url, headers, body: "{}" }, answer);
    await simulation.run(simulation.nowMs + 2_000);
  }
  return { statuses, asked, failed };
}

it("a denied token gets the status that the program declares, also from the cache", async () => {
  const { statuses, asked, failed } = await statusesOf(["good", "bad", "bad", "good"]);
  expect(statuses).toEqual([202, 401, 401, 202]);
  expect(asked).toBe(2);
  // An invalid token is not an error of the function, whose alarm counts errors.
  expect(failed).toEqual([]);
});

it("a failing authorizer gives 5xx, and its failure is not cached", async () => {
  const { statuses, asked, failed } = await statusesOf(["down", "down"]);
  expect(statuses).toEqual([500, 500]);
  expect(asked).toBe(2);
  expect(failed).toEqual(["dev-authorizer-use1", "dev-authorizer-use1"]);
});
