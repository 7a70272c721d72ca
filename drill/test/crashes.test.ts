import { cachedCapture } from "../../support/capture/cachedCapture";
import { Stream } from "../../support/simulation/random";
import { createPlatform } from "../drill";
import { beginningOf } from "../scenario/arming";
import { processorFrozen, processorLate, processorStale } from "../scenario/faults/crashes";
import { playOutage } from "../scenario/outage";

// Each looks for certain calls. If the handler makes other calls, the fault does nothing.
it.each([processorFrozen, processorLate, processorStale])(
  "order-processors stand still under the fault $name",
  async (kind) => {
    const { resources } = await cachedCapture();
    const platform = await createPlatform(resources);
    const beginning = await beginningOf(platform, "armed");
    const fault = kind.draw(new Stream("1"));
    const { coverage } = await playOutage(platform, { seed: "1", fault, beginning });
    expect(coverage["function frozen before its commit"]).toBeGreaterThan(0);
  },
  120_000,
);
