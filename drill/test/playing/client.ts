import type { Played, Task } from "../../runner/played";
import { OURS } from "../../runner/options";
import type { FromWorker, JobName, Jobs } from "./worker";

/** Every file has modules of its own inside jest. */
const file = String(Math.random());

/**
 * Has an outage played in one of the processes that all test files share.
 * @throws Error with what was thrown there
 */
export async function play<N extends JobName>(
  job: N,
  asked: Jobs[N]["asked"],
): Promise<Jobs[N]["answer"]> {
  const answer = await fetch(`http://127.0.0.1:${process.env["PLAY_PORT"]}`, {
    method: "POST",
    headers: { "X-File": file },
    body: JSON.stringify({ job, asked }),
  });
  const said = (await answer.json()) as FromWorker;
  if ("failure" in said) throw new Error(said.failure);
  return said.answer as Jobs[N]["answer"];
}

/** Plays a task of the drill, of our own design or a mutation. */
export function playTask(task: Task, design = OURS): Promise<Played> {
  return play("outage", { task, design });
}
