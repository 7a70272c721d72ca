import { captureProgram } from "../support/capture/capture";

const LOADS = 3;

/**
 * Prints how long the program takes to load in jest, bundling apart, with Pulumi already loaded.
 * Printed and not asserted: what else the machine does would decide.
 */
test.each([false, true])("the program loads (preview: %s)", async (preview) => {
  await captureProgram({ preview });
  const loadsMs: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const startMs = performance.now();
    const { resources } = await captureProgram({ preview });
    loadsMs.push(performance.now() - startMs);
    expect(resources.length).toBeGreaterThan(0);
  }
  const text = loadsMs.map((ms) => Math.round(ms)).join(", ");
  process.stdout.write(`program loads, preview ${preview}: ${text} ms (limit 1500)\n`);
});
