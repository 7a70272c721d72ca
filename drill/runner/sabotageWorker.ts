/** A process that plays outages of several designs, one after the other. */
import type { Resource } from "../description/lookup";
import { type Design, designOf } from "./design";
import { type Glance, glance } from "./sabotagePlay";

export interface Asked {
  design: string;
  seed: string;
  /** Of this kind instead of the drawn one. */
  kind?: string | undefined;
}

export type ToWorker =
  | { resources: readonly Resource[] }
  | { design: string; bundle: string }
  | { forget: string }
  | { play: Asked };
export type FromWorker = { glance: Glance } | { failure: string };

let resources: readonly Resource[] = [];
const designs = new Map<string, Design>();

/** Who asked may have been interrupted meanwhile. */
function say(message: FromWorker): void {
  process.send!(message, (error: Error | null) => error !== null && process.exit());
}

async function play({ design, seed, kind }: Asked): Promise<void> {
  try {
    say({ glance: await glance(designs.get(design)!, seed, kind) });
  } catch (error) {
    const text = error instanceof Error ? error.stack : String(error);
    say({ failure: `${design}, seed ${seed}: ${text}` });
  }
}

process.on("message", (message: ToWorker) => {
  if ("resources" in message) resources = message.resources;
  else if ("bundle" in message) designs.set(message.design, designOf({ ...message, resources }));
  else if ("forget" in message) designs.delete(message.forget);
  else void play(message.play);
});
process.on("disconnect", () => process.exit());
