/** A process that plays outages for tests: told the program once, then one job after the other. */
import type { Resource } from "../../description/lookup";
import { type Played, type Task, playTask } from "../../runner/played";
import { OURS } from "../../runner/options";
import { type Glance, glance } from "../../runner/sabotagePlay";
import type { Design } from "../../runner/design";
import { type Drawn, type Pair, playPair } from "./armedPair";
import { type TakenOver, playTakenOver } from "./takenOver";
import { type Answer, type Request, platformOf, playRequest } from "./edited";

/** What can be asked for, and what is answered. */
export interface Jobs {
  /** An outage of a design, as the drill's own processes play it. */
  outage: { asked: { task: Task; design: string }; answer: Played };
  /** What designs are compared by. */
  glance: { asked: { design: string; seed: string; kind: string }; answer: Glance };
  /** An outage of the program with edited resources. */
  edited: { asked: Request; answer: Answer };
  /** An outage from the deployment, and the same from an armed platform. */
  pair: { asked: Drawn; answer: Pair };
  /** What a takeover leaves where it is played in full, and where an outage starts after it. */
  takenOver: { asked: null; answer: readonly [played: TakenOver, snapshot: TakenOver] };
}
export type JobName = keyof Jobs;

export type ToWorker =
  | { resources: readonly Resource[] }
  | { [N in JobName]: { job: N; asked: Jobs[N]["asked"] } }[JobName];
export type FromWorker = { answer: unknown } | { failure: string };

let resources: readonly Resource[] = [];

async function designOf(name: string): Promise<Design> {
  const mutation = name === OURS ? undefined : name;
  return { name, platform: await platformOf(resources, { mutation }) };
}

async function played(message: Exclude<ToWorker, { resources: unknown }>): Promise<unknown> {
  switch (message.job) {
    case "outage":
      return playTask(await designOf(message.asked.design), message.asked.task);
    case "glance": {
      const { design, seed, kind } = message.asked;
      return glance(await designOf(design), seed, kind);
    }
    case "edited":
      return playRequest(resources, message.asked);
    case "pair":
      return playPair(await platformOf(resources, {}), message.asked);
    case "takenOver":
      return playTakenOver(await platformOf(resources, {}));
  }
}

process.on("message", (message: ToWorker) => {
  if ("resources" in message) {
    resources = message.resources;
    return;
  }
  played(message).then(
    (answer) => process.send!({ answer }),
    (error: unknown) =>
      process.send!({ failure: error instanceof Error ? error.stack : String(error) }),
  );
});
process.on("disconnect", () => process.exit());
