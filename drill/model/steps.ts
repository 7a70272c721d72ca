import { closerSteps } from "./closer";
import { environmentSteps } from "./environment";
import { orchestratorSteps } from "./orchestrator";
import { processorSteps } from "./processor";
import type { Scene } from "./scene";
import type { State, Tell } from "./state";

/** All steps that are possible next. None of them has to occur. */
export function stepsFrom(state: State, scene: Scene, tell: Tell): void {
  environmentSteps(state, tell);
  orchestratorSteps(state, scene, tell);
  if (scene.hasProcessors) processorSteps(state, scene, tell);
  if (scene.hasClosers) closerSteps(state, scene, tell);
}
