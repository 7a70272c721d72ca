import * as path from "node:path";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { bundleHandlers } from "../handlers";
import { OURS } from "../runner/options";
import type { Opening } from "../runner/opened";
import { Pool } from "../runner/pool";
import type * as worker from "../runner/worker";

it("an unhandled rejection in a handler ends the outage with its seed and the error", async () => {
  const text = "return async (event) => {";
  const bundle = await bundleHandlers([
    {
      file: "lambda/handlers/sentinel.ts",
      from: text,
      to: `${text} void Promise.reject(new Error("nobody handles this"));`,
    },
  ]);
  const { resources } = await cachedCapture();
  const opening: Opening = { resources, designs: [{ name: OURS, bundle }] };
  const source = path.join(__dirname, "../runner/worker.ts");
  const pool = await Pool.start<typeof worker>(source, 1, { opening });
  const played = pool.run("playOutage", { design: OURS, task: { index: 0, seed: "7" } });
  await expect(played).rejects.toThrow(/seed 7: .*nobody handles this/s);
  await pool.close();
}, 60_000);
