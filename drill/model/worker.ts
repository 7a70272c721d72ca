import { explore } from "./explore";
import type { Answer, Task } from "./parallel";

/** One scene, explored in a process of its own, which ends with it. */
process.once("message", ({ scene, limit }: Task) => {
  const exploration = explore(scene, limit);
  const memoryMaxMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const answer: Answer = { exploration, memoryMaxMb };
  process.send!(answer, () => process.disconnect());
});
